//! Makes the messages and stubs from the contract's descriptors: neither protoc nor buf is needed.

use std::{env, fs, path::PathBuf};

use prost::Message;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("proto/memsvc.binpb");
    println!("cargo::rerun-if-changed={}", path.display());
    let files = prost_types::FileDescriptorSet::decode(fs::read(path)?.as_slice())?;
    tonic_prost_build::configure()
        .build_server(false)
        .compile_fds(files)?;
    Ok(())
}
