import Glibc
import TopPlatform

// `make bench`: the figures of the README, measured on the machine where it runs. With `--serve` it is the
// server that is measured against.

prepareProcess()
do {
  if CommandLine.arguments.contains("--serve") {
    try serveHerd()
  } else {
    measureRooms()
    try measureHerd(1_000)
  }
} catch {
  _ = writeAll("benchmark: \(error)\n", to: 2)
  exit(1)
}
