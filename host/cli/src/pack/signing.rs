//! Keys and signatures.

use serde_json::json;
use treaty_folder::secret;
use treaty_pack::{KeyError, PackLimits, PublicKey, SecretKey};

use super::opened;
use crate::args::pack::{PackKeygenArgs, PackSignArgs, PackVerifyArgs};
use crate::args::{Args, Format};
use crate::exit::{Exit, Failed};
use crate::tell;

pub fn keygen(args: &Args, wish: &PackKeygenArgs) -> Result<Exit, Failed> {
    let password = password(args, wish.password.as_deref())?;
    let public = treaty_pack::keygen(&wish.file, password.as_deref()).map_err(no_key)?;
    match args.format {
        Format::Json => tell::json(&json!({
            "key": public.to_string(),
            "id": public.id().to_string(),
            "file": wish.file,
        })),
        Format::Text => tell::line(public.to_string()),
    }
    Ok(Exit::Done)
}

pub fn sign(args: &Args, wish: &PackSignArgs) -> Result<Exit, Failed> {
    let password = password(args, wish.password.as_deref())?;
    let key = SecretKey::read(&wish.key, password.as_deref()).map_err(no_key)?;
    let signed = treaty_pack::sign(&wish.pack, &key, &PackLimits::default());
    let signed = signed.map_err(|error| Failed::new(error.to_string(), error.hint()))?;
    let id = key.public().map_err(no_key)?.id();
    match args.format {
        Format::Json => tell::json(&json!({ "digest": signed.digest(), "key": id.to_string() })),
        Format::Text => tell::line(format!("{} is signed by {id}", signed.digest())),
    }
    Ok(Exit::Done)
}

pub fn verify(args: &Args, wish: &PackVerifyArgs) -> Result<Exit, Failed> {
    let pack = opened(&wish.pack)?;
    let keys = wish.keys.iter().map(|key| key.parse::<PublicKey>());
    let keys: Vec<_> = keys.collect::<Result<_, _>>().map_err(no_key)?;
    let verified = treaty_pack::verify(&pack, &keys);
    let key = verified.map_err(|error| Failed::new(error.to_string(), error.hint()))?;
    match args.format {
        Format::Json => tell::json(&json!({ "digest": pack.digest(), "key": key.to_string() })),
        Format::Text => tell::line(format!(
            "{} is signed by {key}, which is trusted",
            pack.digest()
        )),
    }
    Ok(Exit::Done)
}

fn no_key(error: KeyError) -> Failed {
    Failed::new(error.to_string(), error.hint())
}

/// The password that a reference leads to; none where there is none.
fn password(args: &Args, reference: Option<&str>) -> Result<Option<String>, Failed> {
    let env = |name: &str| std::env::var(name).ok();
    let found = reference.map(|reference| {
        if !reference.starts_with("env:") && !reference.starts_with("file:") {
            return Err(Failed::new(
                "the password of the key is written out",
                "say where it is: env:NAME, or file:PATH",
            ));
        }
        secret(reference, &env, &args.treaty)
            .map_err(|problem| Failed::new(problem.message, problem.hint.unwrap_or_default()))
    });
    found.transpose()
}
