//! To and from registries.

use serde_json::json;
use treaty_pack::{Credentials, PackReference, RegistryError, RegistryOptions};

use super::{kept, opened, out, tell_pack};
use crate::args::pack::{PackPullArgs, PackPushArgs, RegistryArgs};
use crate::args::{Args, Format};
use crate::exit::{Exit, Failed};
use crate::tell;

pub async fn push(args: &Args, wish: &PackPushArgs) -> Result<Exit, Failed> {
    let pack = opened(&wish.pack)?;
    let place = place(&wish.place)?;
    let sent = treaty_pack::push(&pack, &place, &options(args, &wish.registry)?).await;
    let digest = sent.map_err(failed)?;
    let exact = place.at(digest).to_string();
    match args.format {
        Format::Json => tell::json(&json!({ "digest": digest, "place": exact })),
        Format::Text => tell::line(format!("sent: {exact}")),
    }
    Ok(Exit::Done)
}

pub async fn pull(args: &Args, wish: &PackPullArgs) -> Result<Exit, Failed> {
    let place = place(&wish.place)?;
    let pulled = treaty_pack::pull(&place, &options(args, &wish.registry)?).await;
    let pack = pulled.map_err(failed)?;
    let out = out(wish.out.as_deref(), &pack);
    kept(&pack, &out)?;
    tell_pack(args, &pack, Some(&out));
    Ok(Exit::Done)
}

pub fn place(text: &str) -> Result<PackReference, Failed> {
    let place = text.parse::<PackReference>();
    place.map_err(|error| Failed::new(error.to_string(), error.hint()))
}

pub fn options(args: &Args, registry: &RegistryArgs) -> Result<RegistryOptions, Failed> {
    let env = |name: &str| std::env::var(name).ok();
    let credentials = match (&registry.registry_user, &registry.registry_password) {
        (Some(user), Some(password)) => Credentials::of(user, password, &env, &args.treaty)
            .map_err(|error| Failed::new(error.to_string(), error.hint()))?,
        _ => Credentials::None,
    };
    Ok(RegistryOptions {
        credentials,
        ..RegistryOptions::default()
    })
}

pub fn failed(error: RegistryError) -> Failed {
    Failed::new(error.to_string(), error.hint())
}
