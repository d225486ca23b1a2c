import Glibc
import TopPlatform

// What `make bench` measures inside of the program, a line of JSON for each figure. With `--serve [COUNT]` it
// is the servers that others are measured against.

prepareProcess()
do {
  let arguments = CommandLine.arguments.dropFirst()
  if arguments.first == "--serve" {
    try serveMany(arguments.dropFirst().first.flatMap { Int($0) } ?? 1)
  } else {
    measureTurns()
    measureRooms()
  }
} catch {
  _ = writeAll("benchmark: \(error)\n", to: 2)
  exit(1)
}
