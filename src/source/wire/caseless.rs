//! Objects whose field names are read without case: Microsoft writes the same record with `id`, `Id` or `ID`,
//! depending on where it is exported.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};
use serde_json::Value;

use super::field::Text;

/// Like [`Object`](super::Object), with the names of its own fields compared without case. Objects inside it are not
/// affected; they say so themselves.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Caseless<T>(pub(crate) T);

/// The field of this name, whatever its case; for recognition.
pub(crate) fn caseless_field<'a>(record: &'a Value, name: &str) -> Option<&'a Value> {
    let fields = record.as_object()?;
    fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Caseless<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CaselessVisitor(PhantomData)).map(Self)
    }
}

struct CaselessVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for CaselessVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(Fields { map, names: &[] })
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::default())
    }
}

/// The fields of an object, handed on under the names that the form expects.
struct Fields<A> {
    map: A,
    names: &'static [&'static str],
}

impl<'de, A: MapAccess<'de>> Deserializer<'de> for Fields<A> {
    type Error = A::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        visitor.visit_map(Self { names, ..self })
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_map(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Fields<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        let Some(key) = self.map.next_key::<Text<'de>>()? else { return Ok(None) };
        let key = key.get().unwrap_or_default();
        let name = self.names.iter().find(|name| name.eq_ignore_ascii_case(key)).copied().unwrap_or(key);
        seed.deserialize(StrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::value::RawValue;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Form<'a> {
        #[serde(borrow)]
        user_id: Text<'a>,
        #[serde(borrow)]
        status: Caseless<Status<'a>>,
        #[serde(borrow)]
        raw: Option<&'a RawValue>,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Status<'a> {
        #[serde(borrow)]
        error_code: Text<'a>,
    }

    #[test]
    fn names_are_compared_without_case_and_others_are_skipped() {
        for json in [
            r#"{"userId":"u","status":{"errorCode":0},"raw":[1, 2],"other":{"userId":"x"}}"#,
            r#"{"UserId":"u","Status":{"ErrorCode":"0"},"Raw":[1, 2],"":[]}"#,
            r#"{"userid":"u","STATUS":{"errorcode":0},"RAW":[1, 2],"user_id":7}"#,
        ] {
            let form = serde_json::from_str::<Caseless<Form<'_>>>(json).expect(json).0;
            assert_eq!((form.user_id.get(), form.status.0.error_code.get()), (Some("u"), Some("0")), "{json}");
            assert_eq!(form.raw.map(RawValue::get), Some("[1, 2]"), "{json}");
        }
        assert!(serde_json::from_str::<Caseless<Form<'_>>>(r#"["u"]"#).is_err(), "an array is no object");
        assert!(serde_json::from_str::<Caseless<Form<'_>>>(r#"{"userId":"u","UserId":"v"}"#).is_err(), "two answers are none");
        assert_eq!(serde_json::from_str::<Caseless<Form<'_>>>("null").expect("nothing").0.user_id.get(), None);
    }
}
