import Configuration
import Display
import SessionEngine
import Glibc
import Sessions
import Platform

/// `--plain`: the screen as lines of text, once the sessions have come to something; with a time to refresh,
/// again whenever it changed.
func plain(_ plan: DashboardPlan, loaded: Loaded, repeats: Duration?, signals: Signals) throws(CannotRun)
  -> Int32
{
  var shown: [String] = []
  var next = Instant.zero
  func print(_ store: Store, _ now: Moment) -> Bool {
    let lines = plainLines(store, filter: plan.filter ?? "", at: now, utcOffset: utcOffset(at: now.wall))
    guard lines != shown else { return true }
    if !shown.isEmpty { writeLine("") }
    shown = lines
    return lines.allSatisfy { writeLine($0) }
  }
  let limit = plan.duration ?? (repeats == nil ? .seconds(10) : nil)
  let store = try runHeadless(loaded, keeping: plan.keeping, for: limit, signals: signals) { _, store, now in
    guard repeats != nil || shown.isEmpty else { return true }
    guard !store.sessions.isEmpty, store.sessions.values.allSatisfy(hasSettled), now.instant >= next else {
      return true
    }
    next = now.instant + (repeats ?? .zero)
    return print(store, now) && repeats != nil
  }
  if shown.isEmpty { _ = print(store, Moment.now) }
  return ExitCode.done
}
