/** A path (node alone; read by ranges, whatever its size), or the bytes of an ONNX file or of a text of the network language. */
export type Model = string | URL | ArrayBuffer | ArrayBufferView | Blob;

export interface Options {
  /** Numbers for sizes that the model leaves open: `{batch: 8}`. */
  set?: Record<string, number | string>;
  /** Expressions for them: `{H: '32*h'}`. */
  assume?: Record<string, string>;
  /** Parameters of a net that stay symbols. */
  free?: string[];
  /** One net of a text that holds several. */
  net?: string;
  /** Also what a step of training costs. */
  training?: boolean;
  strict?: boolean;
  /** The name of bytes in reports; its ending tells a net (`.net`) from ONNX. */
  name?: string;
  /** Further arguments of the command line. */
  args?: string[];
}

/** A number up to 2^53; otherwise decimal digits, or an expression in the sizes that are open. Null: not known. */
export type Figure = number | string | null;

export interface Diagnostic {
  severity: 'note' | 'warning' | 'error';
  code: string;
  message: string;
  origin: string;
  help: string;
}

/** The document that docs/macroscope-1.schema.json describes; what is not named here is there all the same. */
export interface Report {
  schema: string;
  totals?: Record<string, Figure> & { parameters: Figure; macs: Figure; flops: Figure };
  nodes?: Array<Record<string, unknown>>;
  diagnostics: Diagnostic[];
  [member: string]: unknown;
}

export type Format = 'text' | 'markdown' | 'html' | 'latex' | 'json' | 'csv' | 'dot' | 'svg';

export interface File {
  name: string;
  bytes?: Uint8Array;
  text?: string;
  source?: { size: number; read(offset: number, length: number): Uint8Array };
}

export interface Result {
  /** As the program's exit status. */
  code: number;
  output: string;
  messages: string;
  written: Map<string, Uint8Array>;
  bytesRead: number;
}

export declare class MacroscopeError extends Error {
  code: number;
}

/** What a model costs; an array for a text of several nets. @throws MacroscopeError where it cannot be read or has an error */
export declare function analyze(model: Model, options?: Options): Promise<Report>;
/** The report in a format for people or programs. */
export declare function render(model: Model, format: Format, options?: Options): Promise<string>;
/** What is different between two models: docs/macroscope-compare-1.schema.json. */
export declare function compare(before: Model, after: Model, options?: Options): Promise<Record<string, unknown>>;
/** The program itself, with files that are given to it and no others. */
export declare function run(args: string[], files?: File[]): Promise<Result>;
