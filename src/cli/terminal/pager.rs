//! A long text on a screen goes through a pager, as git's does: `PAGER`, else `less`, which ends by itself where all fits.

use std::ffi::OsStr;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::{Child, Command, Stdio};

/// What `less` is told where the reader has not said: end where all fits, keep colours, leave the screen as it was, and
/// end with this program.
const LESS: &str = "FRXK";

/// Writes a text to standard output, through a pager where it is longer than the screen. A pager that cannot be started
/// is done without.
pub(super) fn show(text: &[u8]) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    let Some(mut child) = screen().filter(|rows| is_longer(text, *rows)).and_then(|_| start()) else {
        out.write_all(text)?;
        return out.flush();
    };
    let colourless = anstream::AutoStream::choice(&io::stdout()) == anstream::ColorChoice::Never;
    let stripped = anstream::adapter::strip_bytes(text);
    if let Some(mut pipe) = child.stdin.take() {
        // Who has read enough closes the pager, and with it the pipe.
        let _closed = if colourless { pipe.write_all(&stripped.into_vec()) } else { pipe.write_all(text) };
    }
    child.wait().map(drop)
}

/// The height of the screen; `None` where standard output is none.
fn screen() -> Option<usize> {
    let stdout = io::stdout();
    let size = if stdout.is_terminal() { terminal_size::terminal_size_of(stdout) } else { None };
    size.map(|(_, height)| usize::from(height.0))
}

fn is_longer(text: &[u8], rows: usize) -> bool {
    text.iter().filter(|byte| **byte == b'\n').nth(rows.saturating_sub(1)).is_some()
}

fn start() -> Option<Child> {
    #[expect(clippy::disallowed_methods, reason = "the command line reads the environment")]
    let asked = |name: &str| std::env::var_os(name);
    let words = command(asked("PAGER").as_deref())?;
    let (program, arguments) = words.split_first()?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped());
    if asked("LESS").is_none() {
        command.env("LESS", LESS);
    }
    command.spawn().ok()
}

/// Program and arguments of the pager; `None` where none is wanted. No shell takes part, so nothing else is run.
fn command(asked: Option<&OsStr>) -> Option<Vec<String>> {
    let asked = asked.map_or("less", |asked| asked.to_str().unwrap_or_default());
    let words: Vec<String> = asked.split_whitespace().map(ToOwned::to_owned).collect();
    (!words.is_empty() && words != ["cat"]).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_not_paged() {
        assert!(!is_longer(b"a\nb\n", 3) && is_longer(b"a\nb\nc\n", 3), "the prompt takes the last line");
        assert!(!is_longer(b"", 0));
    }

    #[test]
    fn the_pager_is_what_the_reader_says() {
        let of = |asked: Option<&str>| command(asked.map(OsStr::new));
        assert_eq!(of(None), Some(vec!["less".to_owned()]));
        assert_eq!(of(Some("more -d")), Some(vec!["more".to_owned(), "-d".to_owned()]));
        assert_eq!((of(Some("")), of(Some("cat"))), (None, None));
    }
}
