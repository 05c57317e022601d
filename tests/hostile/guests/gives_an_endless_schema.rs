//! A resolver whose schema is small and, with all that it refers to, has more parts
//! than anybody can look at: each of them refers twice to the next.

use kit::resolver::keep_first;

fn schema() -> String {
    let parts = (0..20).map(|part| {
        let next = format!(r##"{{"$ref":"#/$defs/p{}"}}"##, part + 1);
        format!(r#""p{part}":{{"anyOf":[{next},{next}]}}"#)
    });
    let parts = parts.collect::<Vec<_>>().join(",");
    format!(r##"{{"$ref":"#/$defs/p0","$defs":{{{parts},"p20":{{"type":"string"}}}}}}"##)
}

kit::resolver!(schema(), |_, batch| batch.iter().map(keep_first).collect());
