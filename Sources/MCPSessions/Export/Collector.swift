/// Where a collector takes what is exported, and how it is spoken to.
package struct Collector: Hashable, Sendable {
  /// What it takes.
  package enum Signal: String, CaseIterable, Sendable {
    case metrics
    /// Events, as log records.
    case logs

    /// What people call it.
    package var words: Sentence { self == .metrics ? "metrics" : "events" }
  }

  /// How a document is written (OTLP over HTTP has both).
  package enum Encoding: String, Sendable {
    case json
    case protobuf

    package var mediaType: String { self == .json ? "application/json" : "application/x-protobuf" }
  }

  package let signal: Signal
  package let encoding: Encoding
  /// Whether documents go out as gzip.
  package let isCompressed: Bool
  package let endpoint: Endpoint
  package let headers: [Header]
  /// Of one request.
  package let timeout: Duration
  /// Authorities (PEM) to trust beside the system's.
  package let caFile: String?
  /// Our own certificate (PEM), and its key where that is another file.
  package let clientCertificate: String?
  package let clientKey: String?

  package init(
    signal: Signal, encoding: Encoding = .protobuf, isCompressed: Bool = false, endpoint: Endpoint,
    headers: [Header] = [], timeout: Duration = .seconds(10),
    caFile: String? = nil, clientCertificate: String? = nil, clientKey: String? = nil
  ) {
    self.signal = signal
    self.encoding = encoding
    self.isCompressed = isCompressed
    self.endpoint = endpoint
    self.headers = headers
    self.timeout = timeout
    self.caFile = caFile
    self.clientCertificate = clientCertificate
    self.clientKey = clientKey
  }

  /// Where words of the collector pass that may be shown: what it was given to know us by is not in them.
  var gate: Gate {
    var own = Redactor()
    for secret in headers.map(\.value) + endpoint.secrets { own.learn(secret.revealed) }
    for header in headers {
      // `Bearer KEY`: the key alone is as secret.
      for word in header.value.revealed.split(separator: " ").dropFirst() { own.learn(String(word)) }
    }
    return Gate(own: own, known: KnownSecrets())
  }
}

/// One document for a collector. It is written when it goes out, by whoever sends it.
package struct Parcel: Sendable {
  /// So many events are lost with it; a document of metrics loses none, the next one holds the same sums.
  package let events: Int
  package let bytes: @Sendable (Collector.Encoding) -> [UInt8]

  package init(events: Int, bytes: @escaping @Sendable (Collector.Encoding) -> [UInt8]) {
    self.events = events
    self.bytes = bytes
  }

  /// The next one says it all again.
  fileprivate var isReplaceable: Bool { events == 0 }
}

/// Documents that wait, within a bound.
package struct ParcelQueue: Sendable {
  /// More events than this do not wait.
  package static let limit = 8_192

  package private(set) var parcels: [Parcel] = []
  package private(set) var events = 0
  /// Events that did not fit.
  package private(set) var dropped = 0

  package init() {}

  package var isEmpty: Bool { parcels.isEmpty && dropped == 0 }

  package mutating func append(_ parcel: Parcel) {
    if parcel.isReplaceable {
      parcels = [parcel]
    } else if events + parcel.events <= Self.limit {
      parcels.append(parcel)
      events += parcel.events
    } else {
      dropped += parcel.events
    }
  }

  package mutating func merge(_ later: ParcelQueue) {
    for parcel in later.parcels { append(parcel) }
    dropped += later.dropped
  }

  mutating func removeFirst() -> Parcel? {
    guard !parcels.isEmpty else { return nil }
    events -= parcels[0].events
    return parcels.removeFirst()
  }

  mutating func takeDropped() -> Int {
    defer { dropped = 0 }
    return dropped
  }
}

/// What came of sending a document.
package enum CollectorAnswer: Sendable {
  case response(status: Int, retryAfter: String?, mediaType: String?, body: [UInt8])
  case failed(TransferFailure)
}
