dofile((debug.getinfo(1, "S").source:sub(2):match("^(.*/)") or "") .. "common.lua")
-- The form of a request, as a villager opens it; the path comes from the command line.
function response(status, headers, body)
  if status ~= 200 or not body:find("<form", 1, true) then wrong = wrong + 1 end
end
