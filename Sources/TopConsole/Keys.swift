import CTopNcurses
import TopDisplay

extension Key {
  /// A key as ncurses reports it; absent for those that nothing is bound to.
  init?(code: UInt32, isFunction: Bool) {
    guard !isFunction else {
      switch Int32(bitPattern: code) {
      case KEY_UP: self = .up
      case KEY_DOWN: self = .down
      case KEY_LEFT: self = .left
      case KEY_RIGHT: self = .right
      case KEY_PPAGE: self = .pageUp
      case KEY_NPAGE: self = .pageDown
      case KEY_HOME: self = .home
      case KEY_END: self = .end
      case KEY_BTAB: self = .backTab
      case KEY_ENTER: self = .enter
      case KEY_BACKSPACE: self = .backspace
      case KEY_DC: self = .delete
      case let code:
        let number = Int(cncurses_function_key(code))
        guard number > 0 else { return nil }
        self = .function(number)
      }
      return
    }
    switch code {
    case 0x09: self = .tab
    case 0x0A, 0x0D: self = .enter
    case 0x1B: self = .escape
    case 0x08, 0x7F: self = .backspace
    case 0x01...0x1A:
      guard let letter = Unicode.Scalar(0x60 + code) else { return nil }
      self = .control(Character(letter))
    case 0x00..<0x20: return nil
    default:
      guard let scalar = Unicode.Scalar(code) else { return nil }
      self = .character(Character(scalar))
    }
  }
}
