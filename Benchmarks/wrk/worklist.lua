dofile((debug.getinfo(1, "S").source:sub(2):match("^(.*/)") or "") .. "common.lua")
-- A line each: token, tab, rows that this person's first page must show.
local people, expected = {}, {}
for _, line in ipairs(lines("bench-people")) do
  local token, rows = line:match("^(%S+)\t(%d+)$")
  people[#people + 1] = wrk.format("GET", "/work", { Cookie = "cunwang=" .. token })
  expected[#expected + 1] = tonumber(rows)
end
local at = 0
function request()
  at = at % #people + 1
  return people[at]
end
-- Answers of several connections arrive in any order, so every page is held to 25 rows: the
-- filler gives each of the 200 people at least as many.
function response(status, headers, body)
  local rows, at = 0, 1
  while true do
    local from, to = body:find('href="/cases/', at, true)
    if not from then break end
    rows, at = rows + 1, to + 1
  end
  if status ~= 200 or rows ~= 25 then wrong = wrong + 1 end
end
