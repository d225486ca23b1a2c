/// Words of a command line with stars, byte for byte, in place of what must not be shown: what an address
/// carries, and what is known for a secret by its name or its look.
package func covered(_ words: [String]) -> [[UInt8]] {
  var redactor = Redactor()
  for secret in ServerProcess(program: "", arguments: words.map(Secret.init)).secrets {
    redactor.learn(secret)
  }
  var mask = CommandMask()
  _ = mask.shown(words)
  for value in mask.hidden { redactor.learn(value) }
  for word in words where word.contains("://") { redactor.learn(address: word) }
  return words.map { word in
    var bytes = Array(word.utf8)
    for range in redactor.matches(in: bytes, isCut: false) {
      for place in range { bytes[place] = UInt8(ascii: "*") }
    }
    return bytes
  }
}

/// A word of the command line as it may be repeated: without what an address carries, and no key.
package func shownWord(_ word: String) -> String {
  PrintableText.line(String(decoding: covered([word]).first ?? [], as: UTF8.self), limit: 128)
}
