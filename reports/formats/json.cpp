// The fields of a report as JSON, those of several as an array of documents.
#include <memory>

#include "reports/document/document.h"
#include "reports/formats/formats.h"
#include "reports/notation/json_writer.h"

namespace macroscope {
namespace {

class JsonDocument : public Document {
 public:
  JsonDocument(Sink& sink, const DocumentOptions& options) : json_(sink), is_array_(options.has_several) {
    if (is_array_) json_.begin_array(JsonWriter::Layout::lines);
  }
  void add(const Report& report) override {
    if (report.fields) report.fields(json_);
  }
  void finish() override {
    if (is_array_) json_.end_array();
    json_.flush();
  }

 private:
  JsonWriter json_;
  bool is_array_;
};

std::unique_ptr<Document> json_document(Sink& sink, const DocumentOptions& options) {
  return std::make_unique<JsonDocument>(sink, options);
}

}  // namespace

Format json_format() { return {"json", ".json", Part::fields, json_document}; }

}  // namespace macroscope
