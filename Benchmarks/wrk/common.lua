-- Lines of a file that `cunwang bench fill` wrote beside the database.
function lines(name)
  local out = {}
  for line in io.lines(os.getenv("BENCH_DATA") .. "/" .. name) do out[#out + 1] = line end
  return out
end

-- wrk keeps one Lua state per thread; the wrong answers of all are added at the end.
local threads = {}
function setup(thread)
  table.insert(threads, thread)
end
wrong = 0
function done(summary, latency, requests)
  local sum = 0
  for _, thread in ipairs(threads) do sum = sum + (thread:get("wrong") or 0) end
  print("wrong " .. sum)
end
