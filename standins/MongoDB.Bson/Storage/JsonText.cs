#nullable enable
using System.Globalization;
using System.Text;

namespace MongoDB.Bson.Storage;

/// <summary>Relaxed extended JSON, as MongoDB's specification of that name has it: written, and read back.</summary>
internal static class JsonText
{
    // As deep as a server lets documents nest; it also keeps a hostile text from exhausting the stack.
    private const int MaxDepth = 100;

    internal static string Write(BsonValue value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    internal static BsonDocument ReadDocument(string json)
    {
        var reader = new Reader(json);
        var value = reader.ReadWhole();
        return value as BsonDocument ?? throw new FormatException("A JSON document must be an object.");
    }

    internal static BsonValue ReadValue(string json) => new Reader(json).ReadWhole();

    private static void Write(StringBuilder text, BsonValue value)
    {
        switch (value)
        {
            case BsonDocument v:
                if (v.ElementCount == 0)
                {
                    text.Append("{ }");
                    break;
                }

                var separator = "{ ";
                foreach (var element in v)
                {
                    text.Append(separator);
                    WriteString(text, element.Name);
                    text.Append(" : ");
                    Write(text, element.Value);
                    separator = ", ";
                }

                text.Append(" }");
                break;
            case BsonArray v:
                text.Append('[');
                for (var i = 0; i < v.Count; i++)
                {
                    text.Append(i == 0 ? "" : ", ");
                    Write(text, v[i]);
                }

                text.Append(']');
                break;
            case BsonString v:
                WriteString(text, v.Value);
                break;
            case BsonBoolean or BsonInt32 or BsonInt64:
                text.Append(value);
                break;
            case BsonNull:
                text.Append("null");
                break;
            case BsonDouble v when double.IsFinite(v.Value):
                text.Append(DoubleText(v.Value));
                break;
            case BsonDouble v:
                text.Append(CultureInfo.InvariantCulture, $"{{ \"$numberDouble\" : \"{DoubleText(v.Value)}\" }}");
                break;
            case BsonObjectId v:
                text.Append(CultureInfo.InvariantCulture, $"{{ \"$oid\" : \"{v.Value}\" }}");
                break;
            case BsonDateTime v when v.MillisecondsSinceEpoch is >= 0 and <= 253402300799999:
                text.Append(CultureInfo.InvariantCulture, $"{{ \"$date\" : \"{v}\" }}");
                break;
            case BsonDateTime v:
                text.Append(CultureInfo.InvariantCulture, $"{{ \"$date\" : {{ \"$numberLong\" : \"{v.MillisecondsSinceEpoch}\" }} }}");
                break;
            case BsonDecimal128 v:
                text.Append(CultureInfo.InvariantCulture, $"{{ \"$numberDecimal\" : \"{v.Value}\" }}");
                break;
            case BsonBinaryData v:
                text.Append(CultureInfo.InvariantCulture,
                    $"{{ \"$binary\" : {{ \"base64\" : \"{Convert.ToBase64String(v.Bytes)}\", \"subType\" : \"{(int)v.SubType:x2}\" }} }}");
                break;
            case BsonRegularExpression v:
                text.Append("{ \"$regularExpression\" : { \"pattern\" : ");
                WriteString(text, v.Pattern);
                text.Append(", \"options\" : ");
                WriteString(text, v.Options);
                text.Append(" } }");
                break;
            case BsonTimestamp v:
                text.Append(CultureInfo.InvariantCulture,
                    $"{{ \"$timestamp\" : {{ \"t\" : {(uint)v.Timestamp}, \"i\" : {(uint)v.Increment} }} }}");
                break;
            case BsonMinKey:
                text.Append("{ \"$minKey\" : 1 }");
                break;
            case BsonMaxKey:
                text.Append("{ \"$maxKey\" : 1 }");
                break;
            default:
                throw new NotSupportedException($"Values of type {value.BsonType} are not supported.");
        }
    }

    internal static string DoubleText(double value)
    {
        if (double.IsNaN(value))
        {
            return "NaN";
        }

        if (double.IsInfinity(value))
        {
            return value > 0 ? "Infinity" : "-Infinity";
        }

        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().IndexOfAny('.', 'E') < 0 ? text + ".0" : text;
    }

    private static void WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var character in value)
        {
            _ = character switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' or '\u007f' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => text.Append(character),
            };
        }

        text.Append('"');
    }

    /// <summary>What the members of an extended-JSON object mean, or null if it is an ordinary document.</summary>
    internal static BsonValue? Typed(BsonDocument document)
    {
        if (document.ElementCount == 0 || !document.GetElement(0).Name.StartsWith('$'))
        {
            return null;
        }

        var (name, value) = (document.GetElement(0).Name, document.GetElement(0).Value);
        if (name == "$regex" && value is BsonString pattern && document.ElementCount <= 2)
        {
            return document.ElementCount == 1
                ? null
                : document.TryGetValue("$options", out var options) && options is BsonString o
                    ? new BsonRegularExpression(pattern.Value, o.Value)
                    : null;
        }

        if (document.ElementCount != 1)
        {
            return null;
        }

        return (name, value) switch
        {
            ("$oid", BsonString v) => new BsonObjectId(ObjectId.Parse(v.Value)),
            ("$date", BsonString v) => new BsonDateTime(DateTimeOffset.Parse(
                v.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).UtcDateTime),
            ("$date", { IsNumeric: true }) => new BsonDateTime(value.ToInt64()),
            ("$numberInt", BsonString v) => new BsonInt32(int.Parse(v.Value, CultureInfo.InvariantCulture)),
            ("$numberLong", BsonString v) => new BsonInt64(long.Parse(v.Value, CultureInfo.InvariantCulture)),
            ("$numberDouble", BsonString v) => new BsonDouble(double.Parse(v.Value, CultureInfo.InvariantCulture)),
            ("$numberDecimal", BsonString v) => new BsonDecimal128(Decimal128.Parse(v.Value)),
            ("$binary", BsonDocument v) => new BsonBinaryData(
                Convert.FromBase64String(v["base64"].AsString),
                (BsonBinarySubType)int.Parse(v["subType"].AsString, NumberStyles.HexNumber, CultureInfo.InvariantCulture)),
            ("$uuid", BsonString v) => new BsonBinaryData(Guid.Parse(v.Value), GuidRepresentation.Standard),
            ("$regularExpression", BsonDocument v) => new BsonRegularExpression(v["pattern"].AsString, v["options"].AsString),
            ("$timestamp", BsonDocument v) => new BsonTimestamp((int)(uint)v["t"].ToInt64(), (int)(uint)v["i"].ToInt64()),
            ("$minKey", _) => BsonMinKey.Value,
            ("$maxKey", _) => BsonMaxKey.Value,
            _ => null,
        };
    }

    /// <summary>Reads JSON; names may go without quotes and quotes may be single, as MongoDB's shell has it.</summary>
    private sealed class Reader(string json)
    {
        private int _at;

        internal BsonValue ReadWhole()
        {
            var value = ReadValue(0);
            SkipSpace();
            return _at == json.Length ? value : throw Unexpected();
        }

        private BsonValue ReadValue(int depth)
        {
            if (depth > MaxDepth)
            {
                throw new FormatException($"JSON is nested deeper than {MaxDepth} levels.");
            }

            SkipSpace();
            switch (Peek())
            {
                case '{':
                    return ReadObject(depth);
                case '[':
                    return ReadArray(depth);
                case '"' or '\'':
                    return new BsonString(ReadQuoted());
                case '-' or (>= '0' and <= '9'):
                    return ReadNumber();
                default:
                    return ReadWord() switch
                    {
                        "true" => BsonBoolean.True,
                        "false" => BsonBoolean.False,
                        "null" => BsonNull.Value,
                        "NaN" => new BsonDouble(double.NaN),
                        "Infinity" => new BsonDouble(double.PositiveInfinity),
                        _ => throw Unexpected(),
                    };
            }
        }

        private BsonValue ReadObject(int depth)
        {
            _at++;
            var document = new BsonDocument();
            for (SkipSpace(); Peek() != '}'; SkipSpace())
            {
                if (document.ElementCount > 0)
                {
                    Expect(',');
                    SkipSpace();
                }

                var name = Peek() is '"' or '\'' ? ReadQuoted() : ReadWord();
                SkipSpace();
                Expect(':');
                var value = ReadValue(depth + 1);
                if (document.Contains(name) || name.Contains('\0', StringComparison.Ordinal))
                {
                    throw new FormatException($"Element name '{name}' is there twice or contains NUL.");
                }

                document.Append(new BsonElement(name, value));
            }

            _at++;
            try
            {
                return Typed(document) ?? document;
            }
            catch (Exception fault) when (fault is KeyNotFoundException or InvalidCastException or OverflowException or ArgumentException)
            {
                throw new FormatException($"Malformed extended JSON: {fault.Message}", fault);
            }
        }

        private BsonArray ReadArray(int depth)
        {
            _at++;
            var array = new BsonArray();
            for (SkipSpace(); Peek() != ']'; SkipSpace())
            {
                if (array.Count > 0)
                {
                    Expect(',');
                }

                array.Add(ReadValue(depth + 1));
            }

            _at++;
            return array;
        }

        private BsonValue ReadNumber()
        {
            var start = _at;
            if (json.AsSpan(_at).StartsWith("-Infinity", StringComparison.Ordinal))
            {
                _at += "-Infinity".Length;
                return new BsonDouble(double.NegativeInfinity);
            }

            while (_at < json.Length && (char.IsAsciiDigit(json[_at]) || json[_at] is '-' or '+' or '.' or 'e' or 'E'))
            {
                _at++;
            }

            var text = json.AsSpan(start, _at - start);
            if (text.IndexOfAny('.', 'e', 'E') < 0 && long.TryParse(text, CultureInfo.InvariantCulture, out var integer))
            {
                return integer is >= int.MinValue and <= int.MaxValue ? new BsonInt32((int)integer) : new BsonInt64(integer);
            }

            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                ? new BsonDouble(number)
                : throw Unexpected();
        }

        private string ReadQuoted()
        {
            var quote = json[_at++];
            var text = new StringBuilder();
            while (true)
            {
                var character = Next();
                if (character == quote)
                {
                    return text.ToString();
                }

                if (character != '\\')
                {
                    text.Append(character);
                    continue;
                }

                var escape = Next();
                text.Append(escape switch
                {
                    'b' => '\b',
                    'f' => '\f',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'u' => ReadCodeUnit(),
                    _ => escape,
                });
            }
        }

        private char ReadCodeUnit()
        {
            if (_at + 4 > json.Length
                || !ushort.TryParse(json.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
            {
                throw Unexpected();
            }

            _at += 4;
            return (char)unit;
        }

        private string ReadWord()
        {
            var start = _at;
            while (_at < json.Length && (char.IsLetterOrDigit(json[_at]) || json[_at] is '_' or '$' or '.'))
            {
                _at++;
            }

            return _at > start ? json[start.._at] : throw Unexpected();
        }

        private void SkipSpace()
        {
            while (_at < json.Length && char.IsWhiteSpace(json[_at]))
            {
                _at++;
            }
        }

        private char Peek() => _at < json.Length ? json[_at] : throw Unexpected();

        private char Next() => _at < json.Length ? json[_at++] : throw Unexpected();

        private void Expect(char character)
        {
            if (Peek() != character)
            {
                throw Unexpected();
            }

            _at++;
        }

        private FormatException Unexpected() => new($"JSON is malformed at character {_at}.");
    }
}
