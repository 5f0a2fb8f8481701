dofile((debug.getinfo(1, "S").source:sub(2):match("^(.*/)") or "") .. "common.lua")
function request() return wrk.format("GET", "/healthz") end
function response(status) if status ~= 200 then wrong = wrong + 1 end end
