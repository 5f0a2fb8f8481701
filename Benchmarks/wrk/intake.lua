dofile((debug.getinfo(1, "S").source:sub(2):match("^(.*/)") or "") .. "common.lua")
-- A line each: token of an attendant, tab, id of the village.
local people = {}
for _, line in ipairs(lines("bench-intake")) do
  local token, village = line:match("^(%S+)\t(%S+)$")
  people[#people + 1] = { token = token, village = village }
end
local texts = {
  "家里从昨天晚上开始没有电，邻居家有电，请派人来看看，老人在家很不方便。",
  "电表走得很快，这个月电费比去年同期多了一倍，请帮忙核对一下户号和示数。",
  "村东头电线杆旁边的树枝碰到低压线了，刮风的时候冒火花，请尽快处理。",
  "想给屋顶装光伏，请问要准备什么材料，多长时间能办好，需要交钱吗？",
}
local at, run = 0, os.time() .. "-" .. math.random(1, 1e9)
function request()
  at = at + 1
  local who = people[at % #people + 1]
  local body = string.format(
    '{"kind":"usage","village":"%s","what":"%s %d","name":"王桂兰","phone":"1990000%04d","forWhom":true,"consent":"本人在场"}',
    who.village, texts[at % #texts + 1], at, at % 10000)
  return wrk.format("POST", "/api/v1/requests", {
    ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. who.token,
    ["Idempotency-Key"] = run .. "-" .. at,
  }, body)
end
function response(status) if status ~= 201 then wrong = wrong + 1 end end
