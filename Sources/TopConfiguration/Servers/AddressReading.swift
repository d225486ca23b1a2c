import MCPSessions

extension ServerReader {
  mutating func readURL() {
    let found =
      context.owner.followsLibreChat ? section.text("url", &findings) : section.looseText("url")
    guard let address = found else {
      if let node = section.mapping["url"], !node.isNull {
        if !context.owner.followsLibreChat { _ = section.text(of: node, "url", &findings) }
        return
      }
      // Without a type either, or with a wrong one, the entry was named already.
      guard section.mapping["type"] != nil, !isTypeUnknown else { return }
      let meant = misnamedAddress
      findings.add(
        section.diagnostic(
          .error, "url", at: meant?.mark ?? section.mapping.entries.first?.mark, "is missing",
          remedy: meant.map { "is \(shownName($0.key)) meant? rename it" + section.consequence }
            ?? "add 'url: https://...'\(section.consequence)"))
      return
    }
    readAddress(address, "url")
  }

  /// An address that stands in the field `key`.
  mutating func readAddress(
    _ address: Located<String>, _ key: String, syntax: VariableSyntax? = nil, with own: [String: String] = [:]
  ) {
    guard !trim(address.value).isEmpty else {
      findings.add(
        section.diagnostic(
          .error, key, at: address.mark, "is empty", remedy: "write https://HOST/PATH\(section.consequence)"))
      return
    }
    guard address.value.utf8.count <= longestAddress else { return refuseLongAddress(key, at: address.mark) }
    let result = substituted(address.value, syntax: syntax, with: own)
    guard result.text.utf8.count <= longestAddress else { return refuseLongAddress(key, at: address.mark) }
    if case .leftAsItStands(let name, let written)? = result.remarks.first, !result.text.contains("://") {
      // One cause: the address is this variable.
      findings.add(
        section.diagnostic(
          .error, key, at: address.mark, "\(written) goes out as it stands",
          remedy: "write \(context.owner.variableForm(name))"))
      return
    }
    tell(result.remarks, key, in: section, at: address.mark)
    guard report(result.unresolved, key, in: section, at: address.mark, as: .address) else { return }
    let names = placeholders(in: result.text)
    needs(names)
    checkPlaceholders(result.text, key, in: section, at: address.mark)
    // The longest first, so that none hides a part of another.
    let longSecrets = result.values.filter { $0.utf8.count >= shortestSecret }.sorted { $0.count > $1.count }
    addressTemplate = (result.text, address.mark, longSecrets)
    if !context.owner.followsLibreChat, names.isEmpty, let inner = bracedPlaceholder(result.text) {
      findings.add(
        section.diagnostic(
          .error, key, at: address.mark, "holds a placeholder in {...}",
          remedy: "write what \(inner) stands for"))
      return
    }
    if let open = result.text.firstIndex(of: "<"), result.text[open...].contains(">") {
      // `https:`, nothing, the host: a third part is the path.
      let isInHost = result.text[..<open].count(where: { $0 == "/" }) < 3
      findings.add(
        section.diagnostic(
          .error, key, at: address.mark, "holds a placeholder in <...>",
          remedy: "write what it stands for\(isInHost ? section.consequence : "")"))
      return
    }
    do throws(Endpoint.Problem) {
      let parsed = try Endpoint(result.text, masking: longSecrets)
      endpoint = parsed
      checkScheme(parsed.origin.scheme, key, at: address.mark)
      resolve("url", .text(PrintableText.line(parsed.display, limit: 400)), at: address.mark, with: result)
      // A host name out of the environment is shown everywhere, so masking it would only confuse.
      secrets.removeAll { "\(parsed.origin)".contains($0.lowercased()) }
    } catch {
      // A placeholder may stand for the scheme or the host: then there is nothing to check yet.
      guard names.isEmpty else { return }
      let (problem, remedy) = explanation(of: error)
      let consequence = isRefusedByLibreChat(error, result.text) ? section.consequence : ""
      findings.add(
        section.diagnostic(.error, key, at: address.mark, problem, remedy: remedy + consequence))
    }
  }

  private mutating func refuseLongAddress(_ key: String, at mark: Mark) {
    findings.add(
      section.diagnostic(
        .error, key, at: mark, "is longer than \(longestAddress) bytes", remedy: "is this an address?"))
  }

  mutating func checkScheme(_ scheme: String, _ key: String, at mark: Mark) {
    // What is said of a word that is none says it all.
    guard !isTypeUnknown else { return }
    let isWebSocket = scheme == "ws" || scheme == "wss"
    guard isWebSocket != (transport == .websocket) else { return }
    if isWebSocket, !context.owner.followsLibreChat {
      transport = .websocket
      return
    }
    findings.add(
      section.diagnostic(
        .error, key, at: mark,
        isWebSocket
          ? "starts with \(scheme)://, but the type is \(transport.rawValue)"
          : "must start with ws:// or wss:// for the type websocket",
        remedy: (isWebSocket ? "write http:// or https://, or 'type: websocket'" : "or write another type")
          + section.consequence))
  }

  /// Where a text goes.
  enum Destination {
    case address, header, process

    /// What LibreChat does there with characters that it does not replace.
    fileprivate func deed(_ characters: String) -> String {
      switch self {
      case .address: "take \(characters) for the address"
      case .header: "send \(characters)"
      case .process: "pass on \(characters)"
      }
    }
  }

  /// Says which variables are missing and why; false when there are any.
  mutating func report(
    _ unresolved: [Substitution.Unresolved], _ key: String, in place: Section, at mark: Mark,
    as destination: Destination
  ) -> Bool {
    for variable in unresolved {
      switch variable.reason {
      case .asked, .editor:
        needs([variable.name])
        asksPerson = true
        checkInput(variable, key, in: place, at: mark)
      default:
        let (problem, remedy) = words(for: variable, in: destination)
        findings.add(place.diagnostic(.error, key, at: mark, problem, remedy: remedy))
      }
    }
    return unresolved.isEmpty
  }

  /// An input must be declared, and only some programs have such.
  private mutating func checkInput(
    _ variable: Substitution.Unresolved, _ key: String, in place: Section, at mark: Mark
  ) {
    guard variable.reason == .asked, variable.name != "(no name)" else { return }
    let owner = context.owner
    guard owner.variables.contains(.input) else {
      findings.add(
        place.diagnostic(
          .warning, key, at: mark, "\(owner.name) asks nobody for ${input:\(variable.name)}",
          remedy: "write \(owner.variableForm("NAME")) and set it in the environment"))
      return
    }
    let inputs = context.inputs ?? []
    guard !inputs.contains(variable.name) else { return }
    let meant = suggestion(for: variable.name, among: inputs).map { "did you mean \($0)?" }
    findings.add(
      place.diagnostic(
        .warning, key, at: mark, "\(variable.name) is not among the inputs",
        remedy: meant ?? "add {\"type\": \"promptString\", \"id\": \"\(variable.name)\"} to \"inputs\""))
  }

  /// What is filled in here and not by the file's owner, or the reverse.
  mutating func tell(_ remarks: [Substitution.Remark], _ key: String, in place: Section, at mark: Mark) {
    let owner = context.owner
    for remark in remarks {
      let (problem, remedy) =
        switch remark {
        case .filledOnlyHere(let name, let written):
          ("\(owner.name) does not fill in \(written)", "write \(owner.variableForm(name))")
        case .defaultOnlyHere(let name):
          (
            "\(owner.name) knows no ':-' defaults and sends ${\(name):-...} as it stands",
            "write \(owner.variableForm(name)) and set it"
          )
        case .leftAsItStands(let name, let written):
          ("\(written) goes out as it stands", "write \(owner.variableForm(name))")
        }
      findings.add(place.diagnostic(.warning, key, at: mark, problem, remedy: remedy))
    }
  }

  func words(
    for variable: Substitution.Unresolved, in destination: Destination
  ) -> (problem: String, remedy: String) {
    let name = variable.name
    let characters =
      name == "(no name)" || variable.reason == .noName
      ? "the characters ${...}" : "the characters ${\(name)}"
    let libreChat = context.owner.followsLibreChat ? " (LibreChat would \(destination.deed(characters)))" : ""
    switch variable.reason {
    case .unset:
      let owner = context.owner
      let isForProcess = if case .process = destination { true } else { false }
      if !variable.isRead, owner.variables.isEmpty, owner.kind != .codex {
        return ("\(owner.name) fills in no variables, such as \(name)", "write the value itself")
      }
      let other = variable.isRead ? "" : " and write \(owner.variableForm(name, forProcess: isForProcess))"
      return ("the variable \(name) is not set", "set it in the environment\(other)\(libreChat)")
    case .empty:
      return ("the variable \(name) is empty", "give it a value\(libreChat)")
    case .reserved:
      return ("the variable \(name) is never given out by LibreChat", "use another name\(libreChat)")
    case .hasDefault:
      return (
        "the variable \(name) is not set, and LibreChat knows no ':-' defaults",
        "set it and write ${\(name)}\(libreChat)"
      )
    case .takenAsOneName:
      return (
        "starts with ${ and ends with }, so LibreChat takes all of it, from \(name) on, for one name",
        "put one variable there that holds all of it\(libreChat)"
      )
    case .asked:
      return ("\(name) is asked of a person", "this program cannot ask")
    case .editor:
      return ("\(context.owner.name) fills in \(name), which is not known here", "write it out")
    case .elsewhere:
      return (
        "\(name) is not read here: no program is started and no other file read for it", "use a variable"
      )
    case .noName:
      return ("holds ${...} with something inside that is no name", "write ${NAME}\(libreChat)")
    }
  }
}

/// Servers and proxies take no more (RFC 9110 section 4.1 asks for 8000 at least).
private let longestAddress = 16_384

func explanation(of problem: Endpoint.Problem) -> (problem: String, remedy: String) {
  switch problem {
  case .noScheme:
    return ("has no scheme", "start it with https:// or http://")
  case .unknownScheme(let scheme):
    let isWord = scheme.count <= 10 && scheme.utf8.allSatisfy { (0x61...0x7A).contains($0) }
    return (
      "the scheme\(isWord ? " \(scheme)" : "") cannot be used", "use https:// or http://"
    )
  case .noHost:
    return ("has no host", "write https://HOST/PATH")
  case .emptyLabel:
    return (
      "the host has a dot too many, so no such name can exist", "remove the dot that has no name before it"
    )
  case .badPort:
    return ("the port must be a number from 1 to 65535", "mend or remove what stands behind the host's colon")
  case .badCharacter(let position):
    return (
      "a space or control character stands at position \(position + 1)",
      "remove it or write it percent-encoded"
    )
  }
}

/// LibreChat's parser of addresses takes any scheme, and what stands before a port for one; a space it
/// encodes, unless it stands in the host.
func isRefusedByLibreChat(_ problem: Endpoint.Problem, _ text: String) -> Bool {
  switch problem {
  case .noHost, .badPort: return true
  case .noScheme: return !text.contains(":")
  case .unknownScheme, .emptyLabel: return false
  case .badCharacter(let position):
    let before = String(decoding: Array(text.utf8.prefix(position)), as: UTF8.self)
    return before.contains("://") && before.count(where: { $0 == "/" }) < 3
  }
}
