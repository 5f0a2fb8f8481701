package import AsyncHTTPClient
package import Desk
package import Foundation
import NIOCore
import NIOHTTP1
package import Values

/// Text messages through a Kannel gateway's `sendsms` interface.
///
/// Chinese needs `coding=2` (UCS-2); delivery reports come back to `/hooks/sms`.
package struct Kannel: MessageGateway {
    package let channel = MessageChannel.sms
    /// `http://127.0.0.1:13013/cgi-bin/sendsms?username=…&password=…`
    let sendAddress: URL
    /// Our own address as the gateway reaches it, `http://127.0.0.1:8080`; nil asks for no reports.
    let reportAddress: String?
    /// Proves that a delivery report comes from the gateway that we asked.
    let reportSecret: String
    let client: HTTPClient
    /// The sentence of a message in the recipient's language.
    let sentence: @Sendable (OutgoingMessage) -> String

    package init(
        sendAddress: URL, reportAddress: String?, reportSecret: String, client: HTTPClient,
        sentence: @escaping @Sendable (OutgoingMessage) -> String
    ) {
        self.sendAddress = sendAddress
        self.reportAddress = reportAddress
        self.reportSecret = reportSecret
        self.client = client
        self.sentence = sentence
    }

    package func send(_ message: OutgoingMessage) async -> SendOutcome {
        guard let phone = message.phone else { return .refused("no phone number") }
        guard var address = URLComponents(url: sendAddress, resolvingAgainstBaseURL: false) else {
            return .refused("the gateway's address is not an address")
        }
        var items = address.queryItems ?? []
        items += [
            URLQueryItem(name: "to", value: phone.digits),
            URLQueryItem(name: "text", value: sentence(message)),
            URLQueryItem(name: "charset", value: "UTF-8"),
            URLQueryItem(name: "coding", value: "2"),
        ]
        if let reportAddress {
            items.append(URLQueryItem(name: "dlr-mask", value: "31"))
            items.append(
                URLQueryItem(
                    name: "dlr-url",
                    value: "\(reportAddress)/hooks/sms?id=\(message.id.text)&secret=\(reportSecret)&status=%d"))
        }
        address.queryItems = items
        // URLComponents leaves + and ; alone, which CGI reads as a space and a separator.
        address.percentEncodedQuery = address.percentEncodedQuery?
            .replacingOccurrences(of: "+", with: "%2B").replacingOccurrences(of: ";", with: "%3B")
        guard let url = address.url else { return .refused("the gateway's address is not an address") }
        do {
            let answer = try await client.execute(HTTPClientRequest(url: url.absoluteString), timeout: .seconds(20))
            let body = String(buffer: try await answer.body.collect(upTo: 4096))
            switch answer.status.code {
            case 200..<300: return .accepted(reference: String(body.prefix(100)))
            case 400..<500 where answer.status.code != 408 && answer.status.code != 429:
                return .refused("\(answer.status.code) \(body.prefix(100))")
            default: return .trouble("\(answer.status.code) \(body.prefix(100))")
            }
        } catch {
            return .trouble("\(error)")
        }
    }

    /// What Kannel's `%d` says.
    package enum Report: Sendable, Equatable {
        case delivered, failed, underway
        package init(status: Int) {
            if status & 1 != 0 {
                self = .delivered
            } else if status & (2 | 16) != 0 {
                self = .failed
            } else {
                self = .underway
            }
        }
    }
}
