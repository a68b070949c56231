-- For wrk: each request is a deposit with a token, an id and cells of its own.
-- wrk … -s deposits.lua URL -- POOL TOKENS THREADS; TOKENS is a file with one token's text (43 characters) a line.
-- Every thread takes its share of the tokens; when they are used up it asks for /healthz instead.

local CELL, CELLS, UNIQUE = 16384, 8, 16
local threads = {}

function setup(thread)
  thread:set("number", #threads)
  threads[#threads + 1] = thread
end

function init(args)
  pool = args[1]
  math.randomseed(os.time() * 100 + number)
  tokens, used, busy, other = {}, 0, 0, 0
  local line_number = 0
  for line in io.lines(args[2]) do
    if line_number % tonumber(args[3]) == number then tokens[#tokens + 1] = line end
    line_number = line_number + 1
  end
  local filler = {}
  for place = 1, CELL - UNIQUE do filler[place] = string.char(math.random(0, 255)) end
  rest = table.concat(filler)
  prefix = string.format("%08x%08x", math.random(0, 2^31 - 1), number)
end

function request()
  used = used + 1
  if used > #tokens then return wrk.format("GET", "/healthz") end
  local cells = {}
  for cell = 1, CELLS do
    cells[#cells + 1] = string.format("%s%08x", prefix, used):sub(-(UNIQUE - 1)) .. string.char(cell)
    cells[#cells + 1] = rest
  end
  local path = string.format("/v1/pools/%s/complaints/deposits/%s%016x", pool, prefix, used)
  return wrk.format("PUT", path, { Authorization = "Bearer " .. tokens[used] }, table.concat(cells))
end

-- Not called for every 204: only for answers with a header, or on a connection that has seen one.
function response(status, headers, body)
  if status == 503 and headers["retry-after"] then busy = busy + 1
  elseif status ~= 204 then other = other + 1 end
end

function done(summary, latency, requests)
  local sums = { busy = 0, other = 0 }
  for _, thread in ipairs(threads) do
    for name, sum in pairs(sums) do sums[name] = sum + thread:get(name) end
  end
  local broken = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format(
    '{"seconds": %.3f, "median_s": %.6f, "p99_s": %.6f, "stored": %d, "busy": %d, "other": %d, "broken": %d}\n',
    summary.duration / 1e6, latency:percentile(50) / 1e6, latency:percentile(99) / 1e6,
    summary.requests - sums.busy - sums.other, sums.busy, sums.other, broken))
end
