import MCPSessions

/// The last hour of a server in `columns` cells, the newest last: each is as high as the worst state in its
/// time, so that it can be read without colour.
func strip(_ history: StateHistory?, columns: Int, _ model: ViewModel) -> Phrase {
  let length = Duration.seconds(3_600) / columns
  var text = ""
  var roles: [Role] = []
  for place in 0..<columns {
    let end = model.now.instant - length * (columns - 1 - place)
    let state = history?.worst(from: end - length, to: end)
    text += model.glyphs.level(state)
    roles.append(state.map { Role($0) } ?? .muted)
  }
  return Phrase(text, roles: roles)
}
