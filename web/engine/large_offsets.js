// fd_pread of Emscripten 3.1.6 leaves out the high word of the offset, so that a file beyond 4 GiB is read at the wrong place.
mergeInto(LibraryManager.library, {
  fd_pread: function (descriptor, pieces, count, low, high, read) {
    try {
      const stream = SYSCALLS.getStreamFromFD(descriptor);
      const offset = (high >>> 0) * 4294967296 + (low >>> 0);
      HEAP32[read >> 2] = SYSCALLS.doReadv(stream, pieces, count, offset);
      return 0;
    } catch (error) {
      if (typeof FS === "undefined" || !(error instanceof FS.ErrnoError)) throw error;
      return error.errno;
    }
  },
  fd_pread__sig: "iiiiiii",
  fd_pread__deps: ["$SYSCALLS", "$FS"],
});
