dofile((debug.getinfo(1, "S").source:sub(2):match("^(.*/)") or "") .. "common.lua")
-- A line each: token, tab, number of a case in this person's scope.
local pages = {}
for _, line in ipairs(lines("bench-cases")) do
  local token, number = line:match("^(%S+)\t(%S+)$")
  pages[#pages + 1] = wrk.format("GET", "/cases/" .. number, { Cookie = "cunwang=" .. token })
end
local at = 0
function request()
  at = at % #pages + 1
  return pages[at]
end
function response(status, headers, body)
  if status ~= 200 or not body:find('class="case-head"', 1, true) then wrong = wrong + 1 end
end
