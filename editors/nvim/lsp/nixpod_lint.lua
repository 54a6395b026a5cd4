---@brief
---
--- https://github.com/nixpod-lint/nixpod-lint
---
--- Finds isolation and secret mistakes in NixOS and Podman container definitions. Works beside nil or nixd.

---@type vim.lsp.Config
return {
  cmd = { "nixpod-lint", "lsp" },
  filetypes = { "nix" },
  root_markers = { "flake.nix", ".git" },
}
