import Desk
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Service
import Storage
import Testing
import Values

@Suite struct VillagerTests {
    private static let phone = "13812345678"

    // MARK: The village

    @Test(arguments: ["布岗", "bu"]) func aStrangerChoosesTheVillageByCharactersOrPinyin(_ typed: String) async throws {
        try await withVillage { village in
            let home = try await village.get("/")
            #expect(home.contains("您在哪个村") && home.contains("href=\"/danger\""))

            let found = try await village.get("/choose?q=\(percent(typed))")

            let answer = found.text.components(separatedBy: "role=\"status\"").last?.components(separatedBy: "</section>")[0] ?? ""
            #expect(answer.contains("/villages/\(village.bugang)") && !answer.contains("\(village.faraway)"))
            #expect(try await village.get("/choose?q=zzz").contains("没有找到这个村"))
            let page = try await village.get("/villages/\(village.bugang)")
            #expect(page.headers[.setCookie]?.contains("village=\(village.bugang)") == true)
        }
    }

    @Test func aVillageIsFoundByItsPathAndByPosition() async throws {
        try await withVillage { village in
            #expect(try await village.get("/villages/henan%2Fxuchang%2Fyanling%2Fmafang%2Fbugang").status == 200)
            #expect(try await village.get("/villages/bugang").contains("布岗村"))
            #expect(try await village.get("/villages/nowhere").status == 404)
            let near = try await village.get("/choose?latitude=34.1001&longitude=114.1001")
            let first = near.text.components(separatedBy: "离您最近的村").last ?? ""
            let bugang = try #require(first.range(of: "\(village.bugang)"))
            let other = try #require(first.range(of: "\(village.zhaozhuang)"))
            #expect(bugang.lowerBound < other.lowerBound)
        }
    }

    @Test func theVillagePageHasFiveServicesTheDangerAndTheTwoPeople() async throws {
        try await withVillage { village in
            let page = try await village.get("/villages/\(village.bugang)")

            for kind in ["payment", "connection", "usage", "inquiry"] {
                #expect(page.contains("/requests/new?kind=\(kind)&amp;village=\(village.bugang)"), "\(kind)")
            }
            // Whoever has no light first sees what is known of it.
            #expect(page.contains("/no-light?village=\(village.bugang)"))
            #expect(page.contains("/danger?village="))
            #expect(page.contains("tel:13700000001") && page.contains("137 0000 0001"))
            #expect(page.contains("tel:13700000004"))
            #expect(page.contains("tel:95598"))
            #expect(!page.contains("⟦"))
            #expect(!(try await village.get("/villages/\(village.bugang)", language: "en")).contains("⟦"))
        }
    }

    @Test func inLargeTextNoPageOfTheWayHasMoreThanFourActions() async throws {
        try await withVillage { village in
            let id = village.bugang.text
            let paths = [
                "/villages/\(id)", "/villages/\(id)/more", "/villages/\(id)/others", "/villages/\(id)/people", "/danger",
                "/requests/new?village=\(id)", "/requests/new?village=\(id)&from=3", "/requests/new?kind=repair&village=\(id)",
                "/requests/new?kind=inquiry&village=\(id)", "/requests/new?kind=payment&village=\(id)", "/follow",
            ]
            for path in paths {
                let page = try await village.large(path)
                #expect(page.status == 200, "\(path)")
                #expect(page.actions <= 4, "\(path): \(page.actions)")
            }
        }
    }

    @Test func dangerIsReadBeforeAnyFieldIsFilledIn() async throws {
        try await withVillage { village in
            let danger = try await village.get("/danger?village=\(village.bugang)")
            #expect(danger.contains("8 米"))
            for number in ["95598", "120", "119", "13700000001"] { #expect(danger.contains("tel:\(number)"), "\(number)") }
            #expect(!danger.text.components(separatedBy: "<main").last!.contains("<input"))

            let intake = try await village.get("/requests/new?kind=repair&village=\(village.bugang)")
            let warning = try #require(intake.text.range(of: "8 米"))
            let field = try #require(intake.text.range(of: "<textarea"))
            #expect(warning.lowerBound < field.lowerBound)
        }
    }

    // MARK: Reporting

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func aVillagerReportsInTwoStepsAndGetsAReceipt(_ engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let receipt = try await village.reportByForm("三组整片停电，从昨晚开始")

            #expect(receipt.contains("收到了"))
            #expect(receipt.contains("<svg class=\"qr\""))
            #expect(receipt.contains("137 0000 0001"))
            #expect(receipt.contains("之前") || receipt.contains("以内"))
            #expect(try await village.count("SELECT COUNT(*) FROM cases WHERE open = 1") == 1)
            let slip = try await village.get(receipt.path.replacingOccurrences(of: "/receipt", with: "/slip"))
            #expect(slip.status == 200 && slip.contains("http://127.0.0.1:8080/follow/"))
        }
    }

    @Test func sendingTheLastStepTwiceMakesOneCaseAndTheSameReceipt() async throws {
        try await withVillage { village in
            let step = try await village.firstStep("没电了")
            let form = try await village.get(step)
            let fields = ["name": "王老汉", "phone": Self.phone]

            let first = try await village.submit(form, fields, to: step)
            let second = try await village.submit(form, fields, to: step)

            #expect(first.status == 303 && first.location == second.location)
            #expect(try await village.count("SELECT COUNT(*) FROM cases") == 1)
        }
    }

    @Test func aMistakeKeepsWhatWasTypedAndStandsByItsField() async throws {
        try await withVillage { village in
            let step = try await village.firstStep("没电了")

            let wrong = try await village.submit(step, ["name": "王老汉", "phone": "12"], to: step)

            #expect(wrong.status == 422)
            #expect(wrong.contains("value=\"王老汉\""))
            #expect(wrong.contains("id=\"report-need-phone-error\""))
            #expect(wrong.contains("href=\"#report-need-phone\""))
            let empty = try await village.submit(
                "/requests/new?kind=repair&village=\(village.bugang)", ["what": " "], to: "/requests/new")
            #expect(empty.status == 422 && empty.contains("id=\"report-need-what-error\""))
        }
    }

    @Test func wordsOfDangerBringTheWarningToTheNextStep() async throws {
        try await withVillage { village in
            let step = try await village.firstStep("村口电线断了，掉在地上冒火花")

            let page = try await village.get(step)

            #expect(page.contains("role=\"alert\""))
            #expect(page.contains("至少 8 米") && page.contains("tel:119"))
            #expect(!(try await village.get(try await village.firstStep("停电了"))).contains("tel:119"))
        }
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func theSameTroubleOfANeighbourIsOfferedAndFollowed(_ engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let first = try await village.report("整村停电")
            let step = try await village.firstStep("我家也没电")

            let page = try await village.get(step)
            #expect(page.contains("value=\"\(first.number)\""))
            let sent = try await village.submit(
                page, ["name": "孙大爷", "phone": "13822223333", "follow": first.number], to: step)

            let receipt = try await village.get(try #require(sent.location))
            #expect(receipt.contains(first.number))
            #expect(try await village.count("SELECT COUNT(*) FROM cases") == 1)
            #expect(try await village.count("SELECT COUNT(*) FROM follower") == 1)
        }
    }

    @Test func aNeighbourFollowsByAFormOfItsOwn() async throws {
        try await withVillage { village in
            let given = try await village.report("整村停电")
            let page = "/requests/\(given.number)/follow"

            let unsaid = try await village.submit(page, ["name": "孙大爷"], to: page)
            #expect(unsaid.status == 422 && unsaid.contains("id=\"follow-phone-error\""))
            let sent = try await village.submit(page, ["name": "孙大爷", "phone": "13822223333"], to: page)
            let receipt = try await village.get(try #require(sent.location))
            #expect(receipt.contains("跟着这件事走") && receipt.contains(given.number))
        }
    }

    @Test func whoKnowsNoVillageReportsByPosition() async throws {
        try await withVillage { village in
            let start = "/requests/new?kind=hazard&latitude=34.11&longitude=114.11"
            let first = try await village.submit(start, ["what": "路边电杆歪了"], to: "/requests/new")
            let step = try #require(first.location)
            let sent = try await village.submit(step, ["name": "路过的人", "phone": Self.phone], to: step)

            let receipt = try await village.get(try #require(sent.location))
            #expect(receipt.contains("最近的供电所"))
            #expect(try await village.count("SELECT COUNT(*) FROM cases WHERE village IS NULL") == 1)
        }
    }

    @Test func nothingTypedBecomesMarkup() async throws {
        try await withVillage { village in
            let receipt = try await village.reportByForm("<script>alert(1)</script>", name: "<b>王</b>")
            let page = try await village.get(receipt.path.replacingOccurrences(of: "/receipt", with: ""))
            #expect(page.contains("&lt;script&gt;") && !page.contains("<script>alert"))
        }
    }

    @Test func aComplaintAboutTheRepresentativeNamesNeitherThemNorTheirPhone() async throws {
        try await withVillage { village in
            let given = try await village.report("收费不给票", kind: "complaint", about: .representative)

            let page = try await village.get("/follow/\(given.receipt)")

            let content = page.text.components(separatedBy: "<main").last ?? ""
            #expect(!content.contains("王志强") && !content.contains("13700000001"))
            for number in ["95598", "12398", "12345"] { #expect(content.contains("tel:\(number)"), "\(number)") }
            #expect(content.contains("不经过他本人"))
        }
    }

    // MARK: For somebody else

    @Test func theCounterFindsTheHouseholdByTheCallersNumber() async throws {
        try await withVillage { village in
            let page = try await village.get("/counter?phone=13900001111", as: village.attendant)
            #expect(page.contains("4101234567") && page.contains("张爱民"))
            #expect(try await village.get("/counter?phone=13900009999", as: village.attendant).contains("没有找到"))
            #expect(try await village.get("/counter?phone=13900001111", as: village.zhou).contains("没有找到"))
            #expect(try await village.get("/counter", as: village.zhang).status == 403)
            #expect(try await village.get("/counter").status == 303)
        }
    }

    @Test func theAttendantFilesWithoutAPhoneAndTheSlipAloneFollows() async throws {
        try await withVillage { village in
            let step = try await village.firstStep("电表不走字", as: village.attendant)

            let refused = try await village.submit(step, ["name": "张大娘"], as: village.attendant, to: step)
            #expect(refused.status == 422 && refused.contains("id=\"report-need-consent-error\""))
            let sent = try await village.submit(
                step, ["name": "张大娘", "consent": "本人到场，出示身份证"], as: village.attendant, to: step)

            let location = try #require(sent.location)
            let slip = try await village.get(location.replacingOccurrences(of: "/receipt", with: "/slip"))
            #expect(slip.status == 200 && slip.contains("<svg class=\"qr\""))
            #expect(try await village.count("SELECT COUNT(*) FROM cases WHERE channel = 'counter'") == 1)
        }
    }

    @Test func theLiaisonSaysThatTheyAgreed() async throws {
        try await withVillage { village in
            let step = try await village.firstStep("老人家里跳闸", as: village.li)

            let refused = try await village.submit(step, ["name": "孙奶奶"], as: village.li, to: step)
            #expect(refused.status == 422 && refused.contains("report-need-agreed"))
            let sent = try await village.submit(step, ["name": "孙奶奶", "agreed": "1"], as: village.li, to: step)
            #expect(sent.status == 303)
            #expect(try await village.count("SELECT COUNT(*) FROM cases WHERE channel = 'liaison'") == 1)
        }
    }

    // MARK: Following

    @Test func aCaseIsFollowedByNumberAndLastFourDigitsOnly() async throws {
        try await withVillage { village in
            let given = try await village.report("没电了")

            #expect(try await village.get("/follow?number=\(given.number)&lastFour=5678").contains(given.number))
            let typed = given.number.replacingOccurrences(of: "-", with: " ").lowercased()
            #expect(try await village.get("/follow?number=\(percent(typed))&lastFour=5678").status == 200)
            let wrong = try await village.get("/follow?number=\(given.number)&lastFour=0000")
            #expect(wrong.status == 404 && wrong.contains("对不上"))
            #expect(try await village.get("/follow/\(String(repeating: "0", count: 32))").status == 404)
        }
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func theVillagerAnswersConfirmsAndReopensByTheReceipt(_ engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            let given = try await village.report("没电了")
            let code = Code(stored: given.number)
            let page = "/follow/\(given.receipt)"
            try await village.act(AcceptCase(code), as: village.wang)
            try await village.act(StartCase(code), as: village.wang)
            try await village.act(ReturnCase(code, note: "哪一户？"), as: village.wang)

            #expect(try await village.get(page).contains("哪一户？"))
            let answered = try await village.submit(page, ["note": "三组十二号"], to: page + "/answer")
            #expect(answered.location == page + "?done=answer")
            #expect(try await village.get(page).contains("三组十二号"))

            try await village.act(ResolveCase(code, result: "换了保险"), as: village.wang)
            let again = try await village.submit(page, ["reason": "又坏了"], to: page + "/reopen")
            #expect(again.status == 303)
            #expect(try await village.view(given.number, as: village.wang).state == "reopened")

            try await village.act(StartCase(code), as: village.wang)
            try await village.act(ResolveCase(code, result: "换了线"), as: village.wang)
            let unsaid = try await village.submit(page, [:], to: page + "/confirm")
            #expect(unsaid.status == 422)
            let confirmed = try await village.submit(page, ["satisfaction": "5"], to: page + "/confirm")
            #expect(confirmed.location == page + "?done=confirm")
            #expect(try await village.view(given.number, as: village.wang).satisfaction == 5)
        }
    }

    @Test func aStaleFormOfTheReceiptShowsTheNewState() async throws {
        try await withVillage { village in
            let given = try await village.report("没电了")
            let page = "/follow/\(given.receipt)"
            let old = try await village.get(page)
            try await village.resolve(given.number)
            try await village.act(ConfirmCase(Code(stored: given.number), satisfaction: 4, secret: given.receipt), as: nil)

            let late = try await village.submit(old, ["reason": "好了"], to: page + "/withdraw")

            #expect(late.status == 409)
            #expect(late.contains("您已经确认办好了") && late.contains("class=\"summary\""))
        }
    }

    @Test(arguments: [Database.Engine.sqlite, .postgres])
    func aCustomerSeesOwnCasesAndAccountsAndNobodyElses(_ engine: Database.Engine) async throws {
        try await withVillage(engine) { village in
            #expect(try await village.get("/mine", as: village.zhang).contains("您还没有报过事"))
            let own = try await village.report("自家没电", phone: "13900001111")
            let other = try await village.report("别家没电")

            let list = try await village.get("/mine", as: village.zhang)

            #expect(list.contains(own.number) && !list.contains(other.number))
            #expect(list.contains("4101234567"))
            #expect(try await village.get("/mine/\(own.number)", as: village.zhang).status == 200)
            #expect(try await village.get("/mine/\(other.number)", as: village.zhang).status == 404)
            #expect(try await village.get("/mine").location?.hasPrefix("/sign-in") == true)
        }
    }

    @Test func aPhotoIsForThoseWhoMaySeeTheCase() async throws {
        try await withVillage { village in
            let upload = try await village.photo()
            let given = try await village.desk.perform(
                ReportNeed(
                    kind: "complaint", village: village.bugang.text, what: "乱收费", name: "赵大娘",
                    phone: PhoneNumber(Self.phone), about: .representative, photos: [upload]),
                by: .stranger(address: "192.0.2.9")
            ).output
            let plain = "/photos/cases/\(given.number)/\(upload.hash)"

            #expect(try await village.get(plain).status == 404)
            #expect(try await village.get(plain, as: village.wang).status == 404)
            #expect(try await village.get(plain, as: village.head).status == 200)
            let page = try await village.get("/follow/\(given.receipt)")
            let start = try #require(page.text.range(of: plain + "?t="))
            let signed = String(page.text[start.lowerBound...].prefix { $0 != "\"" })
            #expect(try await village.get(signed).headers[.contentType] == "image/png")
            village.clock.advance(days: 3)
            #expect(try await village.get(signed).status == 404)
        }
    }

    // MARK: Paper and size

    @Test func theSunshineBoardShowsWhoServesNow() async throws {
        try await withVillage { village in
            let board = try await village.get("/villages/\(village.bugang)/board")
            #expect(board.contains("王志强") && board.contains("李春花") && board.contains("<svg class=\"qr\""))
            #expect(board.contains("http://127.0.0.1:8080/villages/\(village.bugang)"))
        }
    }

    @Test func noPageOfVillagersIsHeavierThanASlowNetworkCarries() async throws {
        try await withVillage { village in
            let given = try await village.report("没电了")
            let id = village.bugang.text
            for path in ["/", "/villages/\(id)", "/danger", "/requests/new?kind=repair&village=\(id)", "/follow/\(given.receipt)"] {
                let page = try await village.get(path)
                // Style and scripts are 7 kB compressed; the rest is for the page itself, uncompressed.
                #expect(page.text.utf8.count < 20_000, "\(path): \(page.text.utf8.count)")
            }
        }
    }

    @Test func theQRCodeHoldsTheAddressUpToItsCapacity() throws {
        let code = try #require(QRCode("http://127.0.0.1:8080/follow/0123456789abcdef0123456789abcdef"))
        #expect(code.size == 33)
        // The three finders, whose corners are dark, and the one module that is always dark.
        #expect(code.modules[0] && code.modules[code.size - 1] && code.modules[(code.size - 1) * code.size])
        #expect(code.modules[(code.size - 8) * code.size + 8])
        #expect(QRCode(String(repeating: "x", count: 213)) != nil)
        #expect(QRCode(String(repeating: "x", count: 214)) == nil)
    }
}

private func percent(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
}

extension Reply {
    /// Links and buttons of the content that can be pressed.
    fileprivate var actions: Int {
        let main = (text.components(separatedBy: "<main").last ?? "").components(separatedBy: "</main>")[0]
        let buttons = main.components(separatedBy: "<button").dropFirst().count { !($0.prefix { $0 != ">" }).contains("hidden") }
        return main.components(separatedBy: "<a ").count - 1 + buttons + main.components(separatedBy: "<summary").count - 1
    }
}

extension TestVillage {
    fileprivate func large(_ path: String) async throws -> Reply {
        try await client.execute(uri: path, method: .get, headers: [.cookie: "large=1; village=\(people.bugang)"], body: nil) {
            Reply(status: $0.status.code, text: String(buffer: $0.body), headers: $0.headers, path: path)
        }
    }

    /// Tells what happened; answers the address of the step that asks who tells it.
    fileprivate func firstStep(_ what: String, kind: String = "repair", as person: Villager? = nil) async throws -> String {
        let sent = try await submit(
            "/requests/new?kind=\(kind)&village=\(people.bugang)", ["what": what], as: person, to: "/requests/new")
        return try #require(sent.location, "\(sent.status) \(sent.text.suffix(4000))")
    }

    fileprivate func reportByForm(_ what: String, name: String = "赵大娘") async throws -> Reply {
        let step = try await firstStep(what)
        let sent = try await submit(step, ["name": name, "phone": "13812345678"], to: step)
        return try await get(try #require(sent.location))
    }

    /// A picture of one pixel.
    func photo() async throws -> Upload {
        let bytes = [UInt8](
            Data(
                base64Encoded:
                    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")!)
        let blob = try await desk.database.blobs.store(bytes)
        return Upload(hash: blob.hash, bytes: blob.size, type: "image/png")
    }
}
