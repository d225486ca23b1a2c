import Glibc

/// How wide a line to standard output may be: as wide as the terminal, and elsewhere as wide as it likes.
func outputWidth(elsewhere: Int = 200) -> Int {
  guard isatty(1) == 1 else { return elsewhere }
  if let columns = environment["COLUMNS"].flatMap({ Int($0) }), columns > 0 { return max(40, columns) }
  var size = winsize()
  guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 120 }
  return max(40, Int(size.ws_col))
}
