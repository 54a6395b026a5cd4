//! What the client can do and what the user wants, read once from `initialize`.

use crate::document::Encoding;
use nixpod_analysis::{FileSystem, Rule, Settings, Utf8PathBuf};
use serde::Deserialize;
use serde_json::Value;
use tower_lsp::ls_types::{
    InitializeParams, MarkupKind, PositionEncodingKind, TextDocumentClientCapabilities, Uri,
};

/// What the client can do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one independent capability of the protocol"
)]
pub(crate) struct Client {
    pub(crate) encoding: Encoding,
    pub(crate) related_information: bool,
    pub(crate) code_description: bool,
    pub(crate) diagnostic_data: bool,
    pub(crate) is_preferred: bool,
    /// It asks for an action's edit when somebody chooses it.
    pub(crate) resolves_edits: bool,
    pub(crate) document_changes: bool,
    pub(crate) markdown_hover: bool,
    /// Does documentation of completions come in Markdown? Without an answer, as text.
    pub(crate) markdown_completion: Option<bool>,
    /// Can it be asked to watch files?
    pub(crate) watches_files: bool,
    /// It takes no published diagnostics, or does not want them: it asks.
    pub(crate) pulls: bool,
    /// It can be told to ask again.
    pub(crate) refreshes: bool,
    /// The same for lenses, and for hints among the code.
    pub(crate) refreshes_lenses: bool,
    pub(crate) refreshes_hints: bool,
    /// Definitions may say what they are the definition of.
    pub(crate) definition_links: bool,
    /// Symbols of a file may stand in others.
    pub(crate) nested_symbols: bool,
}

fn markdown_completion(able: &TextDocumentClientCapabilities) -> Option<bool> {
    let item = able.completion.as_ref()?.completion_item.as_ref()?;
    let formats = item.documentation_format.as_ref()?;
    (!formats.is_empty()).then(|| formats.contains(&MarkupKind::Markdown))
}

fn definition_links(able: &TextDocumentClientCapabilities) -> bool {
    let definition = able.definition.as_ref();
    definition.and_then(|it| it.link_support).unwrap_or(false)
}

fn nested_symbols(able: &TextDocumentClientCapabilities) -> bool {
    let symbols = able.document_symbol.as_ref();
    symbols
        .and_then(|it| it.hierarchical_document_symbol_support)
        .unwrap_or(false)
}

impl Client {
    pub(crate) fn new(params: &InitializeParams, options: &ClientOptions) -> Self {
        let capabilities = &params.capabilities;
        let text_document = capabilities.text_document.as_ref();
        let workspace = capabilities.workspace.as_ref();
        let publish = text_document.and_then(|it| it.publish_diagnostics.as_ref());
        let code_action = text_document.and_then(|it| it.code_action.as_ref());
        let encodings = capabilities
            .general
            .as_ref()
            .and_then(|general| general.position_encodings.as_deref())
            .unwrap_or_default();
        let can_pull = text_document.is_some_and(|it| it.diagnostic.is_some());
        Self {
            encoding: if encodings.contains(&PositionEncodingKind::UTF8) {
                Encoding::Utf8
            } else {
                Encoding::Utf16
            },
            related_information: publish.and_then(|it| it.related_information).unwrap_or(false),
            code_description: publish
                .and_then(|it| it.code_description_support)
                .unwrap_or(false),
            diagnostic_data: publish.and_then(|it| it.data_support).unwrap_or(false),
            is_preferred: code_action
                .and_then(|it| it.is_preferred_support)
                .unwrap_or(false),
            resolves_edits: code_action.is_some_and(|it| {
                let resolved = it.resolve_support.as_ref();
                it.data_support == Some(true)
                    && resolved.is_some_and(|it| it.properties.iter().any(|name| name == "edit"))
            }),
            document_changes: workspace
                .and_then(|it| it.workspace_edit.as_ref())
                .and_then(|it| it.document_changes)
                .unwrap_or(false),
            markdown_hover: text_document
                .and_then(|it| it.hover.as_ref())
                .and_then(|it| it.content_format.as_ref())
                .is_some_and(|formats| formats.contains(&MarkupKind::Markdown)),
            markdown_completion: text_document.and_then(markdown_completion),
            watches_files: workspace
                .and_then(|it| it.did_change_watched_files.as_ref())
                .and_then(|it| it.dynamic_registration)
                .unwrap_or(false),
            // A client that does both would show each finding twice, so published diagnostics come first: they also
            // reach documents that are not being edited.
            pulls: can_pull && (publish.is_none() || options.diagnostics == Delivery::Pull),
            refreshes: workspace
                .and_then(|it| it.diagnostics.as_ref())
                .and_then(|it| it.refresh_support)
                .unwrap_or(false),
            refreshes_lenses: workspace
                .and_then(|it| it.code_lens.as_ref())
                .and_then(|it| it.refresh_support)
                .unwrap_or(false),
            refreshes_hints: workspace
                .and_then(|it| it.inlay_hint.as_ref())
                .and_then(|it| it.refresh_support)
                .unwrap_or(false),
            definition_links: text_document.is_some_and(definition_links),
            nested_symbols: text_document.is_some_and(nested_symbols),
        }
    }
}

/// The name of our part of an editor's settings.
const SECTION: &str = "nixpod-lint";

/// The names of all options.
const KEYS: [&str; 8] = [
    "syntaxErrors",
    "diagnostics",
    "pedantic",
    "ignore",
    "codeLens",
    "inlayHints",
    "projectDiagnostics",
    "commands",
];

/// VS Code sends settings below the extension's name.
fn own_section(value: &Value) -> &Value {
    value.get(SECTION).unwrap_or(value)
}

/// How diagnostics reach the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Delivery {
    /// The server publishes them.
    #[default]
    Push,
    /// The client asks for them.
    Pull,
}

#[expect(clippy::struct_excessive_bools, reason = "each is one independent setting")]
/// `initializationOptions`, and the settings of `workspace/didChangeConfiguration`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ClientOptions {
    /// Publish syntax errors too. Off, because nil and nixd on the same buffer do.
    pub(crate) syntax_errors: bool,
    /// Push or pull.
    pub(crate) diagnostics: Delivery,
    /// Also the rules of groups that are off by default.
    pub(crate) pedantic: bool,
    /// Rules that are off.
    pub(crate) ignore: Vec<String>,
    /// A line above each container.
    pub(crate) code_lens: bool,
    /// Effective values among the code.
    pub(crate) inlay_hints: bool,
    /// Publish what is wrong in files that are not open, too.
    pub(crate) project_diagnostics: bool,
    /// What the client has registered and lenses may run.
    pub(crate) commands: Vec<String>,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            syntax_errors: false,
            diagnostics: Delivery::default(),
            pedantic: false,
            ignore: Vec::new(),
            code_lens: true,
            inlay_hints: false,
            project_diagnostics: false,
            commands: Vec::new(),
        }
    }
}

impl ClientOptions {
    /// Reads `initializationOptions`; anything that is not understood is said and left at its default.
    pub(crate) fn read(value: Option<&Value>) -> (Self, Option<String>) {
        match value.map(own_section) {
            None | Some(Value::Null) => (Self::default(), None),
            Some(section) => match Self::deserialize(section) {
                Ok(options) => (options, None),
                Err(error) => (
                    Self::default(),
                    Some(format!("settings are not understood: {error}")),
                ),
            },
        }
    }

    /// Reads changed settings. Clients also send empty ones, or those of other servers: these are not ours, and must
    /// not undo what `initializationOptions` said.
    pub(crate) fn changed(settings: &Value) -> Option<(Self, Option<String>)> {
        let section = own_section(settings);
        let is_ours = settings.get(SECTION).is_some_and(Value::is_object)
            || KEYS.iter().any(|key| section.get(key).is_some());
        is_ours.then(|| Self::read(Some(section)))
    }

    /// The same for the analysis.
    pub(crate) fn settings(&self, rules: &[&'static Rule]) -> Settings {
        let ids = rules.iter().map(|rule| &rule.meta);
        let own = nixpod_analysis::OWN_RULES.iter().map(|rule| &rule.meta);
        let ignored = |id: &str| self.ignore.iter().any(|name| name == id);
        Settings {
            disabled: ids
                .clone()
                .chain(own)
                .map(|meta| meta.id)
                .filter(|id| ignored(id))
                .collect(),
            enabled: ids
                .filter(|meta| self.pedantic && !meta.group.on_by_default())
                .map(|meta| meta.id)
                .collect(),
            ..Settings::default()
        }
    }
}

/// The folders of the workspace.
pub(crate) fn folders(params: &InitializeParams, fs: &dyn FileSystem) -> Vec<Utf8PathBuf> {
    #[expect(
        deprecated,
        reason = "clients before version 3.6 of the protocol send nothing else"
    )]
    let root_uri = params.root_uri.as_ref();
    let from_folders = params
        .workspace_folders
        .iter()
        .flatten()
        .filter_map(|folder| path_of(&folder.uri));
    let mut folders: Vec<Utf8PathBuf> = from_folders.collect();
    if folders.is_empty() {
        folders.extend(root_uri.and_then(path_of));
    }
    folders.retain(|folder| fs.kind(folder).is_ok());
    folders
}

/// The path of a `file:` address.
pub(crate) fn path_of(uri: &Uri) -> Option<Utf8PathBuf> {
    if !uri.scheme().as_str().eq_ignore_ascii_case("file") {
        return None;
    }
    Utf8PathBuf::from_path_buf(uri.to_file_path()?.into_owned()).ok()
}
