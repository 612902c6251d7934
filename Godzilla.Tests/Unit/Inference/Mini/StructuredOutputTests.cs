using System.Globalization;
using System.Text.Json;
using CsCheck;
using Godzilla.Inference.Mini.Json;
using Json.Schema;
using Microsoft.Extensions.AI;

namespace Godzilla.Tests.Unit.Inference.Mini;

public class StructuredOutputTests
{
    private const string Definitions = """
        {"$defs":{"tree":{"type":"object","properties":{"name":{"type":"string"},"children":{"type":"array","items":{"$ref":"#/$defs/tree"}}},"required":["name","children"],"additionalProperties":false}},
        """;

    private static readonly EvaluationOptions Evaluation = new() { RequireFormatValidation = true };

    // Schemas of all the keywords that OpenAI's structured outputs have, nested, with choices and a definition that contains itself.
    private static readonly Gen<string> Leaf = Gen.OneOf<string>(
        Gen.Const("""{"type":"string"}"""),
        Gen.Select(Gen.Int[0, 20], Gen.Int[0, 30]).Select((least, more) => $$"""{"type":"string","minLength":{{least}},"maxLength":{{least + more}}}"""),
        Gen.Int[1, 60].Select(most => $$"""{"type":"string","maxLength":{{most}}}"""),
        Gen.OneOf("date-time", "date", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uuid").Select(format => $$"""{"type":"string","format":"{{format}}"}"""),
        Gen.OneOf("^[A-Z]{3}-\\\\d+$", "^(a|bc)*d?$", "^@[\\\\w.]{1,8}$", "^\\\\+?[0-9]{2,4}( [0-9]{2}){0,3}$", "x[^a-z\\\"]+y").Select(pattern => $$"""{"type":"string","pattern":"{{pattern}}"}"""),
        Gen.Const("""{"type":"integer"}"""),
        Gen.Const("""{"type":"number"}"""),
        Gen.Select(Gen.OneOf("integer", "number"), Gen.Int[-2000, 2000], Gen.Int[0, 900]).Select((type, least, more) => $$"""{"type":"{{type}}","minimum":{{least}},"maximum":{{least + more}}}"""),
        Gen.Select(Gen.OneOf("integer", "number"), Gen.Int[-50, 50]).Select((type, bound) => $$"""{"type":"{{type}}","exclusiveMinimum":{{bound}}}"""),
        Gen.Select(Gen.OneOf("integer", "number"), Gen.Int[-50, 50]).Select((type, bound) => $$"""{"type":"{{type}}","exclusiveMaximum":{{bound}}}"""),
        Gen.Select(Gen.Int[-300, 300], Gen.Int[1, 90]).Select((least, more) => string.Create(CultureInfo.InvariantCulture, $$"""{"type":"number","minimum":{{least / 100.0}},"exclusiveMaximum":{{(least + more) / 100.0}}}""")),
        Gen.OneOf("5", "0.25", "7").Select(step => $$"""{"type":"number","multipleOf":{{step}},"minimum":-20,"maximum":100}"""),
        Gen.Const("""{"type":"boolean"}"""),
        Gen.Const("""{"type":"null"}"""),
        Gen.Const("""{"type":["string","null"]}"""),
        Gen.Const("""{"type":["integer","boolean"]}"""),
        Gen.Const("""{"$ref":"#/$defs/tree"}"""),
        Gen.String[Gen.Char["abc \u00e9\"\\\n{}"], 0, 8].List[1, 4].Select(values => $$"""{"type":"string","enum":{{JsonSerializer.Serialize(values.Distinct())}}}"""),
        Gen.OneOf("12", "-0.5", "null", "true", "\"x\"", "[1,{\"a\":[]}]").Select(value => $$"""{"const":{{value}}}"""));

    private static readonly Gen<string> Name = Gen.String[Gen.Char["abcXYZ_- \u00e9\"\\"], 1, 8];

    private static readonly Gen<string> Schema = Nested(3);

    [Fact]
    public void EachDocumentFitsItsSchema()
    {
        Gen.Select(ObjectOf(Schema), Gen.Int[0, 1_000_000], Gen.OneOf(0f, 0.7f, 1f, 2f)).Sample(
            (schema, seed, temperature) =>
            {
                var root = $"{Definitions}{schema[1..]}";
                using var document = JsonDocument.Parse(root);
                var response = BuiltInModel.AskAsync(
                    "Anna, 34, lives in Oslo. What is Godzilla?",
                    new() { Seed = seed, Temperature = temperature, MaxOutputTokens = 6000, ResponseFormat = ChatResponseFormat.ForJsonSchema(document.RootElement) })
                    .GetAwaiter().GetResult();
                using var answer = JsonDocument.Parse(response.Text);
                return response.FinishReason == ChatFinishReason.Stop
                    && JsonSchema.FromText(root).Evaluate(answer.RootElement, Evaluation).IsValid;
            },
            iter: 300);
    }

    [Fact]
    public async Task ADocumentIsWholeWheneverItsShortestFormFits()
    {
        var schema = Parse("""{"type":"object","properties":{"items":{"type":"array","items":{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}},"answer":{"type":"string"}},"required":["items","answer"]}""");

        for (var limit = 40; limit < 200; limit += 8)
        {
            var response = await BuiltInModel.AskAsync("What is Godzilla?", new() { Seed = limit, MaxOutputTokens = limit, ResponseFormat = ChatResponseFormat.ForJsonSchema(schema) });

            Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
            using var answer = JsonDocument.Parse(response.Text);
        }
    }

    [Fact]
    public async Task ALimitThatIsTooSmallCutsTheDocument()
    {
        var schema = Parse("""{"type":"object","properties":{"a long name for a property":{"type":"string"}},"required":["a long name for a property"]}""");

        var response = await BuiltInModel.AskAsync("Hello", new() { MaxOutputTokens = 4, ResponseFormat = ChatResponseFormat.ForJsonSchema(schema) });

        Assert.Equal(ChatFinishReason.Length, response.FinishReason);
        Assert.Equal(4, response.Usage!.OutputTokenCount);
    }

    [Fact]
    public async Task ValuesComeFromThePrompt()
    {
        var schema = Parse("""{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"},"city":{"type":"string"},"email":{"type":"string","format":"email"},"mood":{"enum":["sad","happy"]}},"required":["name","age","city","email","mood"],"additionalProperties":false}""");

        var response = await BuiltInModel.AskAsync(
            "Anna Smith is 34 years old, happy, and lives in Paris. Write to anna@example.org",
            new() { Temperature = 0, ResponseFormat = ChatResponseFormat.ForJsonSchema(schema) });

        Assert.Equal("""{"name":"Anna Smith","age":34,"city":"Paris","email":"anna@example.org","mood":"happy"}""", response.Text);
    }

    [Fact]
    public async Task AnAnswerInADocumentIsTheAnswer()
    {
        var schema = Parse("""{"type":"object","properties":{"answer":{"type":"string"}},"required":["answer"],"additionalProperties":false}""");

        var response = await BuiltInModel.AskAsync("Who are you?", new() { Temperature = 0, ResponseFormat = ChatResponseFormat.ForJsonSchema(schema) });

        Assert.StartsWith("""{"answer":"I am godzilla-mini""", response.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Answer in JSON with the keys name and city: Bob lives in Oslo", "city,name")]
    [InlineData("""Answer like this: {"ok": true, "count": 3}""", "count,ok")]
    [InlineData("What is Redis? JSON please", "answer")]
    public async Task JsonWithoutASchemaIsAnObject(string question, string keys)
    {
        var response = await BuiltInModel.AskAsync(question, new() { Seed = 5, ResponseFormat = ChatResponseFormat.Json });

        using var answer = JsonDocument.Parse(response.Text);
        Assert.Equal(keys, string.Join(',', answer.RootElement.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"next":{"$ref":"#"}},"required":["next"]}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","minimum":5,"maximum":4}},"required":["a"]}""")]
    [InlineData("""{"type":"array","minItems":3,"maxItems":2}""")]
    [InlineData("""{"enum":[]}""")]
    [InlineData("""{"type":"strange"}""")]
    [InlineData("""{"$ref":"#/$defs/nothing"}""")]
    [InlineData("""{"type":"string","pattern":"(?=a)b"}""")]
    [InlineData("""{"not":{"type":"string"}}""")]
    public async Task ASchemaThatNothingFitsIsRefused(string schema)
    {
        await Assert.ThrowsAsync<SchemaException>(
            () => BuiltInModel.AskAsync("Hello", new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(Parse(schema)) }));
    }

    // Thousands of optional parts, and nesting without end: each is a schema that somebody can send.
    [Fact]
    public async Task ALargeSchemaIsServedAndAHugeOneRefused()
    {
        static string Optional(int count) =>
            """{"type":"object","properties":{""" + string.Join(',', Enumerable.Range(0, count).Select(at => $$""" "key{{at}}":{"type":"null"}""")) + "}}";
        var pattern = string.Concat(Enumerable.Repeat("a?", 3000));
        foreach (var schema in (string[])[Optional(2000), $$"""{"type":"string","pattern":"^{{pattern}}$"}"""])
        {
            var response = await BuiltInModel.AskAsync("Hello", new() { Seed = 1, MaxOutputTokens = 50, ResponseFormat = ChatResponseFormat.ForJsonSchema(Parse(schema)) });

            Assert.True(JsonSchema.FromText(schema).Evaluate(Parse(response.Text), Evaluation).IsValid);
        }

        var parentheses = $"{new string('(', 100_000)}a{new string(')', 100_000)}";
        foreach (var schema in (string[])[Optional(6000), $$"""{"type":"string","pattern":"{{parentheses}}"}""", """{"allOf":[{"$ref":"#"}]}""", """{"type":"object","required":5,"allOf":[{"required":"a"}]}"""])
        {
            await Assert.ThrowsAsync<SchemaException>(() => BuiltInModel.AskAsync("Hello", new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(Parse(schema)) }));
        }
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{},"required":[],"additionalProperties":false}""", null)]
    [InlineData("""{"type":"object","properties":{}}""", "additionalProperties")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":[],"additionalProperties":false}""", "Missing 'a'")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object"}},"required":["a"],"additionalProperties":false}""", "('properties', 'a')")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array"}},"required":["a"],"additionalProperties":false}""", "missing items")]
    [InlineData("""{"type":"object","properties":{"a":{"allOf":[]}},"required":["a"],"additionalProperties":false}""", "'allOf'")]
    [InlineData("""{"type":"array","items":{"type":"string"}}""", "type 'object'")]
    [InlineData("""{"anyOf":[{"type":"object"}]}""", "'anyOf'")]
    public void AStrictSchemaFollowsOpenAIsRules(string schema, string? violation)
    {
        var found = StrictSchema.Violation(Parse(schema));

        if (violation is null)
        {
            Assert.Null(found);
        }
        else
        {
            Assert.Contains(violation, found, StringComparison.Ordinal);
        }
    }

    private static Gen<string> Nested(int depth) => depth == 0
        ? Leaf
        : Gen.Frequency<string>(
            (3, Leaf),
            (2, ObjectOf(Nested(depth - 1))),
            (1, Gen.Select(Nested(depth - 1), Gen.Int[0, 3], Gen.Int[0, 3]).Select((item, least, more) => $$"""{"type":"array","items":{{item}},"minItems":{{least}},"maxItems":{{least + more}}}""")),
            (1, Nested(depth - 1).Select(item => $$"""{"type":"array","items":{{item}}}""")),
            (1, Nested(depth - 1).Array[1, 3].Select(items => $$"""{"anyOf":[{{string.Join(',', items)}}]}""")));

    private static Gen<string> ObjectOf(Gen<string> value) =>
        Gen.Select(Name, value, Gen.Bool).Array[0, 5].Select(properties =>
        {
            var distinct = properties.DistinctBy(property => property.Item1).ToList();
            var members = distinct.Select(property => $"{JsonSerializer.Serialize(property.Item1)}:{property.Item2}");
            var required = distinct.Where(property => property.Item3).Select(property => property.Item1);
            return $$"""{"type":"object","properties":{{{string.Join(',', members)}}},"required":{{JsonSerializer.Serialize(required)}},"additionalProperties":false}""";
        });

    private static JsonElement Parse(string json) => JsonSerializer.Deserialize<JsonElement>(json);
}
