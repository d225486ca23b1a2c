import MCPWire
import Testing

@Suite struct `A form` {
  @Test func `goes over the wire and comes back`() {
    var form = WebForm()
    form.add("a b", "c&d=é+%")
    form.add("absent", nil)
    #expect(form.encoded == "a%20b=c%26d%3D%C3%A9%2B%25")
    #expect(WebForm(query: form.encoded) == form)
    #expect(WebForm(query: "a=1&a=2&b&c=%zz+x")["c"] == "%zz x")
    #expect(WebForm(query: "a=1&a=2")["a"] == "1")
  }
}
