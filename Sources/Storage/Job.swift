/// One closure that waits for its transaction. It may be run several times and is answered once.
///
/// `@unchecked Sendable`: handed from the caller to the queue and from there to exactly one
/// thread; the queue's lock orders the two.
class Job: @unchecked Sendable {
    let kind: Transaction.Kind

    init(_ kind: Transaction.Kind) {
        self.kind = kind
    }

    func run(_ tx: Transaction) throws { fatalError("abstract") }
    func succeed() { fatalError("abstract") }
    func fail(_ error: any Error) { fatalError("abstract") }
}

final class Work<T: Sendable>: Job, @unchecked Sendable {
    private let body: @Sendable (Transaction) throws -> T
    private let answer: UnsafeContinuation<T, any Error>
    private var result: T?

    init(
        _ kind: Transaction.Kind, _ body: @escaping @Sendable (Transaction) throws -> T,
        _ answer: UnsafeContinuation<T, any Error>
    ) {
        self.body = body
        self.answer = answer
        super.init(kind)
    }

    override func run(_ tx: Transaction) throws { result = try body(tx) }

    override func succeed() {
        guard let result else { fatalError("a job that did not run cannot succeed") }
        answer.resume(returning: result)
    }

    override func fail(_ error: any Error) { answer.resume(throwing: error) }
}
