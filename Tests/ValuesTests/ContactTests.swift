import Testing
import Values

struct ContactTests {
    @Test(arguments: [
        ("13812345678", "13812345678"), ("138 1234 5678", "13812345678"), ("138-1234-5678", "13812345678"),
        ("+86 13812345678", "13812345678"), ("0374-7123456", "03747123456"), ("01062345678", "01062345678"),
    ])
    func aNumberIsTakenHoweverItIsTyped(_ typed: String, _ digits: String) {
        #expect(PhoneNumber(typed)?.digits == digits)
    }

    @Test(arguments: [
        "", "1381234567", "138123456789", "12812345678", "abc", "１３８１２３４５６７８", "95598", "+1 4155550100", "00374712345",
    ])
    func whatIsNoNumberIsRefused(_ typed: String) {
        #expect(PhoneNumber(typed) == nil)
    }

    @Test(arguments: [("张爱民", "张*民"), ("王伟", "王*"), ("李", "*"), ("", ""), ("欧阳建国", "欧**国")])
    func aNameIsMasked(_ name: String, _ masked: String) {
        #expect(Masking.name(name) == masked)
    }

    /// docs: 138****5678
    @Test func aPhoneIsMasked() {
        #expect(Masking.phone("13812345678") == "138****5678")
        #expect(PhoneNumber(stored: "13812345678").spaced == "138 1234 5678")
    }

    @Test func anAddressShowsTheVillageOnly() {
        #expect(Masking.address("布岗村三组12号") == "布岗村三组1**")
        #expect(!Masking.address("三组5").contains("5"))
    }

    @Test func aPlaceBeyondTheEarthIsRefused() {
        #expect(Place(latitude: 90.1, longitude: 0) == nil && Place(latitude: 34, longitude: .nan) == nil)
        #expect(Place(latitude: 34.1, longitude: 114.2) != nil)
    }
}
