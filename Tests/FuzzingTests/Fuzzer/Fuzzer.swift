import Glibc

/// The target that FUZZ_TARGET names.
private let target: FuzzTarget = {
  let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
  guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
    fatalError("FUZZ_TARGET must be one of: " + FuzzTarget.all.map(\.name).joined(separator: " "))
  }
  return target
}()

/// Called by libFuzzer, whose own main this program has. A broken promise ends it, as a trap does.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  do throws(Broken) {
    try target.run(Array(UnsafeBufferPointer(start: data, count: size)))
  } catch {
    print(error.description)
    // What libFuzzer takes for a crash, and keeps the bytes of.
    abort()
  }
  return 0
}
