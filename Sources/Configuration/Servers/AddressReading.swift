import Sessions

extension ServerReader {
  mutating func readURL() {
    guard let address = section.text("url", &findings) else {
      // Without a type either, the entry as a whole was named already.
      if section.mapping["url"] == nil, section.mapping["type"] != nil {
        findings.add(
          section.diagnostic(
            .error, "url", at: section.mapping.entries.first?.mark, "is missing",
            remedy: "add 'url: https://...'\(section.consequence)"))
      }
      return
    }
    guard address.value.utf8.count <= longestAddress else { return refuseLongAddress(at: address.mark) }
    let result = substituted(address.value)
    guard result.text.utf8.count <= longestAddress else { return refuseLongAddress(at: address.mark) }
    guard report(result.unresolved, "url", in: section, at: address.mark) else { return }
    let names = placeholders(in: result.text)
    needs(names)
    checkPlaceholders(result.text, "url", in: section, at: address.mark)
    // The longest first, so that none hides a part of another.
    let longSecrets = result.values.filter { $0.utf8.count >= shortestSecret }.sorted { $0.count > $1.count }
    addressTemplate = (result.text, address.mark, longSecrets)
    do throws(Endpoint.Problem) {
      let parsed = try Endpoint(result.text, masking: longSecrets)
      endpoint = parsed
      checkScheme(parsed.origin.scheme, at: address.mark)
      resolve("url", .text(PrintableText.line(parsed.display, limit: 400)), at: address.mark, with: result)
      // A host name out of the environment is shown everywhere, so masking it would only confuse.
      secrets.removeAll { "\(parsed.origin)".contains($0.lowercased()) }
    } catch {
      // A placeholder may stand for the scheme or the host: then there is nothing to check yet.
      guard names.isEmpty else { return }
      let (problem, remedy) = explanation(of: error)
      let consequence = isRefusedByLibreChat(error) ? section.consequence : ""
      findings.add(
        section.diagnostic(.error, "url", at: address.mark, problem, remedy: remedy + consequence))
    }
  }

  private mutating func refuseLongAddress(at mark: Mark) {
    findings.add(
      section.diagnostic(
        .error, "url", at: mark, "is longer than \(longestAddress) bytes", remedy: "is this an address?"))
  }

  mutating func checkScheme(_ scheme: String, at mark: Mark) {
    let isWebSocket = scheme == "ws" || scheme == "wss"
    guard isWebSocket != (transport == .websocket) else { return }
    findings.add(
      section.diagnostic(
        .error, "url", at: mark,
        isWebSocket
          ? "starts with \(scheme)://, but the type is \(transport.rawValue)"
          : "must start with ws:// or wss:// for the type websocket",
        remedy: (isWebSocket ? "write http:// or https://, or 'type: websocket'" : "or write another type")
          + section.consequence))
  }

  /// Says which variables are missing and why; false when there are any.
  mutating func report(
    _ unresolved: [Substitution.Unresolved], _ key: String, in place: Section, at mark: Mark
  ) -> Bool {
    for variable in unresolved {
      guard variable.reason != .asked else {
        needs([variable.name])
        asksPerson = true
        continue
      }
      let (problem, remedy) = words(for: variable, isAddress: key == "url")
      findings.add(place.diagnostic(.error, key, at: mark, problem, remedy: remedy))
    }
    return unresolved.isEmpty
  }

  func words(for variable: Substitution.Unresolved, isAddress: Bool) -> (problem: String, remedy: String) {
    let libreChat =
      !context.shape.followsLibreChat
      ? "" : isAddress ? ", LibreChat uses the text itself as address" : ", LibreChat sends the text itself"
    let name = variable.name
    switch variable.reason {
    case .unset:
      return ("the variable \(name) is not set", "set it in the environment\(libreChat)")
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
      return ("\(variable.name) is asked of a person", "this program cannot ask")
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
  case .badPort:
    return ("the port must be a number from 1 to 65535", "mend or remove what stands behind the host's colon")
  case .badCharacter(let position):
    return (
      "a space or control character stands at position \(position + 1)",
      "remove it or write it percent-encoded"
    )
  }
}

/// LibreChat's parser of addresses takes any scheme, and what stands before a port for one.
private func isRefusedByLibreChat(_ problem: Endpoint.Problem) -> Bool {
  switch problem {
  case .noHost, .badPort: true
  case .noScheme, .unknownScheme, .badCharacter: false
  }
}
