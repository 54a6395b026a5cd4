-- Run by nvim.sh in a headless Neovim: works on FILE as a person would, with the real user commands.
-- One line for each thing that was seen; exit code 0 if all of them were right.
local env = vim.env
local file, rule, fix, gone = env.FILE, env.RULE, env.FIX_TITLE, env.GONE
local limit = tonumber(env.LIMIT_MS) or 20000 -- a loaded machine may be slow, and a right answer ends the wait
local begun, passed = vim.uv.hrtime(), 0

local warnings = {}
vim.notify = function(message, level)
  if (level or 0) >= vim.log.levels.WARN then table.insert(warnings, message) end
end

local function finish(code)
  io.stdout:write(("%d passed, %d failed\n"):format(passed, code))
  for _, client in ipairs(vim.lsp.get_clients()) do client:stop(true) end
  os.exit(code)
end

local function expect(what, right, detail)
  local ms = math.floor((vim.uv.hrtime() - begun) / 1e6)
  io.stdout:write(("%s %5d ms  %s\n"):format(right and "ok  " or "FAIL", ms, what))
  if not right then
    if detail ~= nil then io.stdout:write("  got: " .. vim.inspect(detail) .. "\n") end
    finish(1)
  end
  passed = passed + 1
end

local function until_true(condition) return vim.wait(limit, condition, 5) end

local function found()
  return vim.tbl_filter(function(d) return d.code == rule end, vim.diagnostic.get(0))
end

local function text() return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n") end

--- The text that a diagnostic underlines.
local function underlined(d)
  return table.concat(vim.api.nvim_buf_get_text(0, d.lnum, d.col, d.end_lnum, d.end_col, {}), "\n")
end

--- A change is followed when the wanted number of findings is there and stays there.
local function settles_at(count)
  if not until_true(function() return #found() == count end) then return false end
  return not vim.wait(200, function() return #found() ~= count end, 5)
end

vim.cmd("filetype on")
dofile(env.SETUP)
vim.cmd.edit(vim.fn.fnameescape(file))
local before = text()

expect("the file type is nix", vim.bo.filetype == "nix", vim.bo.filetype)
expect("a client attaches", until_true(function()
  local client = vim.lsp.get_clients({ bufnr = 0 })[1]
  return client and client.initialized
end), vim.lsp.get_clients())
local client = vim.lsp.get_clients({ bufnr = 0 })[1]
expect("its root is the folder of flake.nix", client.root_dir == vim.fs.dirname(file), client.root_dir)

expect("one diagnostic, code " .. rule, settles_at(1), vim.diagnostic.get(0))
local first = found()[1]
expect("its source is nixpod-lint", first.source == "nixpod-lint", first.source)
expect("its message says: " .. env.MESSAGE, first.message:find(env.MESSAGE, 1, true) ~= nil, first.message)
expect("it underlines something on one line", first.lnum == first.end_lnum and first.col < first.end_col, first)
local words = underlined(first)

vim.api.nvim_win_set_cursor(0, { first.lnum + 1, first.col })
vim.lsp.buf.hover()
local shown
until_true(function()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= "" then
      shown = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), "\n")
      return true
    end
  end
  return false
end)
expect("hover says: " .. env.HOVER, shown ~= nil and shown:find(env.HOVER, 1, true) ~= nil, shown)

vim.api.nvim_win_set_cursor(0, { first.lnum + 1, first.col })
local titles = {}
vim.lsp.buf.code_action({
  apply = true,
  filter = function(action)
    table.insert(titles, action.title)
    return vim.startswith(action.title:lower(), fix:lower())
  end,
})
until_true(function() return text() ~= before end)
expect("quick fix: " .. fix, text() ~= before, titles)
expect("it takes out: " .. gone, before:find(gone, 1, true) ~= nil and text():find(gone, 1, true) == nil, text())
expect("the diagnostic vanishes", settles_at(0), found())

vim.cmd("silent undo")
expect("undo brings it back", text() == before and settles_at(1), found())

vim.api.nvim_buf_set_lines(0, 0, 0, false, { "# two lines above,", "# one with 𝔸 in it" })
expect("it moves with its line", until_true(function()
  return #found() == 1 and found()[1].lnum == first.lnum + 2
end), found())

vim.api.nvim_buf_set_text(0, first.lnum + 2, 0, first.lnum + 2, 0, { "/* ü 𝔸 */ " })
local shift = #"/* ü 𝔸 */ "
expect("and within its line, beyond an astral character", until_true(function()
  return #found() == 1 and found()[1].col == first.col + shift and underlined(found()[1]) == words
end), found())

vim.api.nvim_buf_set_lines(0, first.lnum + 2, first.lnum + 3, false, {})
expect("it goes with its line", settles_at(0), found())
expect("nothing was written to disk", vim.bo.modified and table.concat(vim.fn.readfile(file), "\n") == before)

client:stop()
expect("the client stops", until_true(function() return #vim.lsp.get_clients() == 0 end), vim.lsp.get_clients())
local ended
until_true(function()
  ended = vim.fn.filereadable(env.ENDED) == 1 and vim.fn.readfile(env.ENDED) or {}
  return #ended > 0
end)
expect("the server ended by itself, once, with exit code 0", vim.deep_equal(ended, { "0" }), ended)
expect("Neovim had no warning to give", #warnings == 0, warnings)
finish(0)
