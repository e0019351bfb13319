// Downloads: how does what a page has made become a file?

/** Far longer than a browser takes to begin: an address that is revoked sooner may give no file. */
const kept = 60_000;

export function download(bytes, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), kept);
}
