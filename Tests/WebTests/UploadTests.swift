import Desk
import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import Storage
import Testing
import Web

/// A JPEG of 8 × 8 with a place in its EXIF and a remark behind its end.
let photoWithPlace = bytes(of: "photo-with-place.jpg")
let png = bytes(of: "photo.png")
let webp = bytes(of: "photo.webp")

private func bytes(of name: String) -> [UInt8] {
    let file = home.appending(path: "Tests/WebTests/Files/\(name)")
    guard let data = FileManager.default.contents(atPath: file.path) else { fatalError("\(file.path) is missing") }
    return [UInt8](data)
}

private func holds(_ bytes: [UInt8], _ text: String) -> Bool {
    let pattern = Array(text.utf8)
    return bytes.indices.dropLast(pattern.count - 1).contains { Array(bytes[$0..<($0 + pattern.count)]) == pattern }
}

@Suite struct UploadTests {
    @Test func whereAPhotoWasTakenIsGoneBeforeItIsStored() async throws {
        #expect(holds(photoWithPlace, "Exif") && holds(photoWithPlace, "SECRET-PLACE"))
        try await WebVillage.open { village in
            let upload = try await Uploads.keep(photoWithPlace, isVoice: false, in: village.desk)
            let stored = try #require(try await village.desk.database.blobs.read(upload.hash))
            #expect(upload.type == "image/jpeg")
            #expect(ImageHeader(stored)?.format == .jpeg)
            #expect(!holds(stored, "SECRET-PLACE") && !holds(stored, "GIF89a"))
        }
    }

    @Test func withoutVipsThePlaceIsCutOut() throws {
        let jpeg = try #require(MetadataStripper.strip(photoWithPlace, .jpeg))
        #expect(ImageHeader(jpeg)?.width == ImageHeader(photoWithPlace)?.width)
        #expect(!holds(jpeg, "SECRET-PLACE"))
        #expect(!holds(jpeg, "GIF89a"), "what stands behind the end is cut off")
        #expect(jpeg.suffix(2) == [0xFF, 0xD9])
        #expect(holds(jpeg, "Exif"), "how the picture is turned is kept")
        for (file, format) in [(png, ImageHeader.Format.png), (webp, .webp)] {
            #expect(holds(file, "SECRET-PLACE"))
            let clean = try #require(MetadataStripper.strip(file, format))
            #expect(!holds(clean, "SECRET-PLACE"))
            #expect(ImageHeader(clean) == ImageHeader(file))
            #expect(ImageHeader(clean)?.format == format)
        }
    }

    @Test func noBrokenPictureBringsTheStripperDown() {
        for (file, format) in [(photoWithPlace, ImageHeader.Format.jpeg), (png, .png), (webp, .webp)] {
            for cut in stride(from: 0, to: file.count, by: 7) {
                _ = ImageHeader(Array(file[..<cut]))
                _ = MetadataStripper.strip(Array(file[..<cut]), format)
                var wrong = file
                wrong[cut] ^= 0xFF
                _ = ImageHeader(wrong)
                _ = MetadataStripper.strip(wrong, format)
            }
        }
    }

    @Test func aNeedIsToldWithPhotosAndAVoiceNote() async throws {
        try await WebVillage.open { village in
            let wang = Browser(village)
            let hidden = wang.hidden(try await wang.get("/needs/new"))
            let voice = [0x1A, 0x45, 0xDF, 0xA3] + [UInt8](repeating: 1, count: 200)
            let answer = try await wang.post(
                "/needs", hidden + [("what", "灯不亮"), ("channel", "web")],
                files: [
                    ("photos", "a.jpg", photoWithPlace), ("photos", "b.png", png), ("photos", "", []),
                    ("voice", "v.webm", voice),
                ])
            #expect(answer.status == .seeOther)
            let told = try await village.told()
            try #require(told.count == 1)
            #expect(told[0].data.contains(#""photos":"2""#) && told[0].data.contains("audio/webm"))
        }
    }

    @Test func aTextFileNamedJpgIsRefusedAtItsField() async throws {
        try await WebVillage.open { village in
            let wang = Browser(village)
            let hidden = wang.hidden(try await wang.get("/needs/new"))
            let answer = try await wang.post(
                "/needs", hidden + [("what", "灯不亮"), ("channel", "web")],
                files: [("photos", "good.jpg", photoWithPlace), ("photos", "notes.jpg", Array("只是文字".utf8))])
            #expect(answer.status.code == 422)
            #expect(answer.text.contains("id=\"tell-need-photos-error\""))
            #expect(answer.text.contains("灯不亮"))
            // The good photo is not asked for again.
            let again = wang.hidden(answer)
            #expect(again.contains { $0.0 == "_kept.photos" })
            let second = try await wang.post("/needs", again + [("what", "灯不亮"), ("channel", "web")], files: [])
            #expect(second.status == .seeOther)
            #expect(try await village.told().first?.data.contains(#""photos":"1""#) == true)
        }
    }

    @Test func aFileOfFiftyMegabytesIsRefusedClearly() async throws {
        try await WebVillage.open { village in
            let wang = Browser(village)
            let hidden = wang.hidden(try await wang.get("/needs/new"))
            let answer = try await wang.post(
                "/needs", hidden + [("what", "灯不亮"), ("channel", "web")],
                files: [("photos", "big.jpg", [UInt8](repeating: 7, count: 50 * 1024 * 1024))])
            #expect(answer.status == .contentTooLarge)
            #expect(answer.text.contains("10 MB"))
            #expect(answer.text.contains("灯不亮"))
            let more = try await wang.post(
                "/needs", hidden, files: [("photos", "big.jpg", [UInt8](repeating: 7, count: 66 * 1024 * 1024))])
            #expect(more.status == .contentTooLarge)
        }
    }

    @Test func aSeventhPhotoIsOneTooMany() async throws {
        try await WebVillage.open { village in
            let wang = Browser(village)
            let hidden = wang.hidden(try await wang.get("/needs/new"))
            let answer = try await wang.post(
                "/needs", hidden + [("what", "灯不亮"), ("channel", "web")],
                files: (1...7).map { ("photos", "\($0).jpg", photoWithPlace) })
            #expect(answer.status.code == 422)
        }
    }

    @Test func aProgramSendsAPhotoFirstAndNamesItLater() async throws {
        try await WebVillage.open { village in
            let sent = try await village.client.execute(
                uri: "/api/v1/uploads", method: .post, headers: [.contentType: "image/jpeg"],
                body: ByteBuffer(bytes: photoWithPlace))
            #expect(sent.status == .created)
            let token = try #require(sent.text.firstMatch(of: /"upload":"([^"]+)"/)?.1)
            let told = try await village.api(
                .post, "/api/v1/needs", #"{"what": "灯", "channel": "api", "photos": ["\#(token)"]}"#)
            #expect(told.status == .created)
            let made = String(repeating: "0", count: 64) + "~12~image/jpeg"
            let unknown = try await village.api(
                .post, "/api/v1/needs", #"{"what": "灯", "channel": "api", "photos": ["\#(made)"]}"#)
            #expect(unknown.status == .notFound)
            let text = try await village.client.execute(
                uri: "/api/v1/uploads", method: .post, headers: [.contentType: "image/jpeg"],
                body: ByteBuffer(string: "hello"))
            #expect(text.status.code == 422)
        }
    }
}
