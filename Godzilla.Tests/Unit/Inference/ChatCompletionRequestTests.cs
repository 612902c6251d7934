using System.Text;
using Godzilla.Inference.Generation;
using Godzilla.Inference.OpenAI;
using Microsoft.Extensions.AI;

namespace Godzilla.Tests.Unit.Inference;

public sealed class ChatCompletionRequestTests
{
    private const string Messages = "\"messages\":[{\"role\":\"user\",\"content\":\"roar\"}]";

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"roar"}]}""", "model", "missing_required_parameter")]
    [InlineData("""{"model":null,"messages":[]}""", "model", "missing_required_parameter")]
    [InlineData("""{"model":7}""", "model", "invalid_type")]
    [InlineData("""{"model":"m"}""", "messages", "missing_required_parameter")]
    [InlineData("""{"model":"m","messages":[]}""", "messages", "empty_array")]
    [InlineData("""{"model":"m","messages":{}}""", "messages", "invalid_type")]
    [InlineData("""{"model":"m","messages":["roar"]}""", "messages[0]", "invalid_type")]
    [InlineData("""{"model":"m","messages":[{"content":"roar"}]}""", "messages[0].role", "missing_required_parameter")]
    [InlineData("""{"model":"m","messages":[{"role":"king","content":"roar"}]}""", "messages[0].role", "invalid_value")]
    [InlineData("""{"model":"m","messages":[{"role":"user"}]}""", "messages[0].content", "missing_required_parameter")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":7}]}""", "messages[0].content", "invalid_type")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"text"}]}]}""", "messages[0].content[0].text", "missing_required_parameter")]
    [InlineData("""{"model":"m","messages":[{"role":"tool","content":"7"}]}""", "messages[0].tool_call_id", "missing_required_parameter")]
    [InlineData("""{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f"}}]}]}""", "messages[0].tool_calls[0].function.arguments", "missing_required_parameter")]
    public void AWrongBodyIsRefusedByItsParameter(string body, string param, string code)
    {
        var exception = Assert.Throws<OpenAIException>(() => Parse(body));

        Assert.Equal((400, "invalid_request_error", param, code), (exception.Status, exception.Error.Type, exception.Error.Param, exception.Error.Code));
        Assert.Contains(param, exception.Error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"\ud800"}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"roar"}],"tool_choi\ud80e":1}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"roar"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"const":"\udc00\ud800"}}}]}""")]
    public void ABodyWithHalfASurrogatePairIsRefusedWhereverItIs(string body)
    {
        var exception = Assert.Throws<OpenAIException>(() => Parse(body));

        Assert.Equal((400, "The body is not valid JSON: a name or a string is not valid Unicode."), (exception.Status, exception.Error.Message));
    }

    [Theory]
    [InlineData("\"stream\":1", "stream", "invalid_type")]
    [InlineData("\"stream_options\":{\"include_usage\":true}", "stream_options", "invalid_value")]
    [InlineData("\"stream\":true,\"stream_options\":{\"include_usage\":1}", "stream_options.include_usage", "invalid_type")]
    [InlineData("\"n\":0", "n", "integer_below_min_value")]
    [InlineData("\"n\":129", "n", "integer_above_max_value")]
    [InlineData("\"n\":1.5", "n", "invalid_type")]
    [InlineData("\"temperature\":2.1", "temperature", "decimal_above_max_value")]
    [InlineData("\"temperature\":-0.1", "temperature", "decimal_below_min_value")]
    [InlineData("\"temperature\":\"hot\"", "temperature", "invalid_type")]
    [InlineData("\"top_p\":1.1", "top_p", "decimal_above_max_value")]
    [InlineData("\"max_tokens\":0", "max_tokens", "integer_below_min_value")]
    [InlineData("\"max_tokens\":1,\"max_completion_tokens\":1", "max_tokens", "invalid_value")]
    [InlineData("\"presence_penalty\":-2.1", "presence_penalty", "decimal_below_min_value")]
    [InlineData("\"frequency_penalty\":3", "frequency_penalty", "decimal_above_max_value")]
    [InlineData("\"seed\":\"x\"", "seed", "invalid_type")]
    [InlineData("\"stop\":7", "stop", "invalid_type")]
    [InlineData("\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]", "stop", "array_above_max_length")]
    [InlineData("\"stop\":[1]", "stop[0]", "invalid_type")]
    [InlineData("\"logit_bias\":{\"a\":1}", "logit_bias", "invalid_value")]
    [InlineData("\"logit_bias\":{\"1\":101}", "logit_bias.1", "decimal_above_max_value")]
    [InlineData("\"top_logprobs\":1", "top_logprobs", "invalid_value")]
    [InlineData("\"logprobs\":true,\"top_logprobs\":21", "top_logprobs", "integer_above_max_value")]
    [InlineData("\"response_format\":{}", "response_format.type", "missing_required_parameter")]
    [InlineData("\"response_format\":{\"type\":\"xml\"}", "response_format.type", "invalid_value")]
    [InlineData("\"response_format\":{\"type\":\"json_schema\"}", "response_format.json_schema", "missing_required_parameter")]
    [InlineData("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a b\",\"schema\":{}}}", "response_format.json_schema.name", "invalid_value")]
    [InlineData("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":[]}}", "response_format.json_schema.schema", "invalid_type")]
    [InlineData("\"tools\":[{\"type\":\"function\"}]", "tools[0].function", "missing_required_parameter")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"\"}}]", "tools[0].function.name", "invalid_value")]
    [InlineData("\"tool_choice\":\"auto\"", "tool_choice", "invalid_value")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"g\"}}", "tool_choice", "invalid_value")]
    public void AWrongParameterIsNamed(string parameter, string param, string code)
    {
        var exception = Assert.Throws<OpenAIException>(() => Parse($"{{\"model\":\"m\",{Messages},{parameter}}}"));

        Assert.Equal((param, code), (exception.Error.Param, exception.Error.Code));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("7")]
    public void ABodyThatIsNoObjectIsRefused(string body) => Assert.Equal(400, Assert.Throws<OpenAIException>(() => Parse(body)).Status);

    [Fact]
    public void NullIsAsIfAbsentAndTheUnknownIsIgnored()
    {
        var request = Parse($$"""
            {"model":"m",{{Messages}},"n":null,"temperature":null,"top_p":null,"max_tokens":null,"max_completion_tokens":null,"stop":null,"seed":null,
            "presence_penalty":null,"frequency_penalty":null,"logit_bias":null,"logprobs":null,"top_logprobs":null,"user":null,"response_format":null,
            "tools":null,"tool_choice":null,"stream":null,"stream_options":null,"parallel_tool_calls":null,"service_tier":"auto","a_new_one":"x"}
            """);

        Assert.Equal((1, false, false, null), (request.N, request.Stream, request.IncludeUsage, request.MaxTokens));
        Assert.Null(request.Options.Temperature);
        Assert.Null(request.Options.Tools);
        Assert.Null(request.Options.ToolMode);
        Assert.Empty(request.Options.AdditionalProperties!);
    }

    [Fact]
    public void WhatTheBuiltInModelTakesIsRead()
    {
        var request = Parse("""
            {"model":"m","stream":true,"stream_options":{"include_usage":true},"n":2,"max_tokens":9,"temperature":0.5,"top_p":0.25,"seed":-7,"stop":"x",
            "presence_penalty":1,"frequency_penalty":-1,"logit_bias":{"17":-100},"logprobs":true,"top_logprobs":3,
            "response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"type":"object"}}},
            "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"a":{"type":"integer"}}}}}],
            "tool_choice":{"type":"function","function":{"name":"f"}},
            "messages":[{"role":"developer","content":"be brief"},{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}],"name":"rodan"},
            {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},
            {"role":"tool","tool_call_id":"c1","content":"7"}]}
            """);

        var options = request.Options;
        Assert.Equal((true, true, 2, 9), (request.Stream, request.IncludeUsage, request.N, request.MaxTokens));
        Assert.Equal((0.5f, 0.25f, -7L, 1f, -1f), (options.Temperature, options.TopP, options.Seed, options.PresencePenalty, options.FrequencyPenalty));
        Assert.Equal(["x"], options.StopSequences);
        Assert.Equal(-100f, Assert.IsType<IReadOnlyDictionary<int, float>>(options.AdditionalProperties!["logit_bias"], exactMatch: false)[17]);
        Assert.Equal((true, 3), (options.AdditionalProperties["logprobs"], options.AdditionalProperties["top_logprobs"]));
        Assert.Equal("s", Assert.IsType<ChatResponseFormatJson>(options.ResponseFormat).SchemaName);
        Assert.Equal("f", Assert.IsType<RequiredChatToolMode>(options.ToolMode).RequiredFunctionName);
        Assert.Equal(["f"], options.Tools!.Select(tool => tool.Name));
        Assert.Equal([ChatRole.System, ChatRole.User, ChatRole.Assistant, ChatRole.Tool], request.Messages.Select(message => message.Role));
        Assert.Equal("ab", request.Messages[1].Text);
        Assert.Equal("c1", Assert.IsType<FunctionCallContent>(Assert.Single(request.Messages[2].Contents)).CallId);
        Assert.Equal("7", Assert.IsType<FunctionResultContent>(Assert.Single(request.Messages[3].Contents)).Result);
    }

    [Fact]
    public void WhatIsNotTextIsFound()
    {
        var request = Parse("""{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"see"},{"type":"image_url","image_url":{"url":"data:,"}}]}]}""");

        Assert.Equal(["messages[0].content[1].type"], request.Media);
    }

    private static ChatCompletionRequest Parse(string body) => ChatCompletionRequest.Parse(Encoding.UTF8.GetBytes(body));
}
