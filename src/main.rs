//! The `scimdrift` program: calls the command line and nothing else.

fn main() -> std::process::ExitCode {
    scimdrift::cli::main()
}
