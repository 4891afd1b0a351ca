-- Drives the language server from headless Neovim: nvim --headless -u NONE -l is newer than 0.7, so this file is sourced.
-- Environment: RINGOCLI_LSP (the command as JSON), RINGOCLI_FILE, RINGOCLI_RESULT.
local command = vim.fn.json_decode(vim.env.RINGOCLI_LSP)
local result = {}

local function finish()
  vim.fn.writefile({ vim.fn.json_encode(result) }, vim.env.RINGOCLI_RESULT)
  vim.cmd('qa!')
end

local function messages()
  local found = {}
  for _, one in ipairs(vim.diagnostic.get(0)) do
    table.insert(found, one.code .. ' ' .. (one.lnum + 1))
  end
  table.sort(found)
  return found
end

local function wait_for(count)
  vim.wait(20000, function() return #vim.diagnostic.get(0) == count end, 20)
  return messages()
end

local ok, problem = pcall(function()
  vim.cmd('edit ' .. vim.fn.fnameescape(vim.env.RINGOCLI_FILE))
  local client = vim.lsp.start_client({ cmd = command, root_dir = vim.fn.fnamemodify(vim.env.RINGOCLI_FILE, ':h') })
  vim.lsp.buf_attach_client(0, client)
  result.opened = wait_for(1)

  local line = vim.fn.search('too\\$') - 1
  local function position(column)
    return { textDocument = vim.lsp.util.make_text_document_params(), position = { line = line, character = column } }
  end
  local function ask(method, params)
    local answers = vim.lsp.buf_request_sync(0, method, params, 20000)
    local answer = answers and answers[client]
    return answer and answer.result
  end

  local diagnostic = vim.lsp.diagnostic.get_line_diagnostics(0, line)[1]
  local actions = ask('textDocument/codeAction', {
    textDocument = vim.lsp.util.make_text_document_params(),
    range = diagnostic.range,
    context = { diagnostics = { diagnostic } },
  })
  result.actions = {}
  for _, action in ipairs(actions) do table.insert(result.actions, action.title) end
  result.hover = ask('textDocument/hover', position(diagnostic.range.start.character + 2)).contents.value

  vim.lsp.util.apply_workspace_edit(actions[1].edit, 'utf-16')
  result.fixed = wait_for(0)

  local completion = ask('textDocument/completion', position(diagnostic.range.start.character + 2))
  result.completion = {}
  for _, item in ipairs(completion.items) do table.insert(result.completion, item.label) end

  line = vim.fn.search('"token"') - 1
  local params = position(vim.fn.getline(line + 1):find('API') - 1)
  params.newName = 'Token'
  vim.lsp.util.apply_workspace_edit(ask('textDocument/rename', params), 'utf-16')
  result.renamed = wait_for(0)
  result.text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
end)
if not ok then result.problem = problem end
finish()
