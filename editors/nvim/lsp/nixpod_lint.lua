---@brief
---
--- https://github.com/nixpod-lint/nixpod-lint
---
--- Finds isolation and secret mistakes in NixOS and Podman container definitions. Works beside nil or nixd.

---@type vim.lsp.Config
return {
  cmd = { "nixpod-lint", "lsp" },
  -- The server leaves scripts and JSON alone that are none of its own.
  filetypes = { "nix", "systemd", "sh", "bash", "json", "jsonc" },
  root_markers = { "flake.nix", ".git" },
}
