using System.Text;
using Godzilla.Inference.Mini;
using Microsoft.Extensions.AI;

namespace Godzilla.Inference.Generation;

/// <summary>One of the answers of a completion, as far as it has come.</summary>
internal sealed class Answer
{
    public StringBuilder Text { get; } = new();

    /// <summary>Text and arguments of tools, as far as they were generated.</summary>
    public StringBuilder Written { get; } = new();

    public List<FunctionCallContent> Calls { get; } = [];

    public List<TokenLogprob> Logprobs { get; } = [];

    public string FinishReason { get; set; } = "stop";
}
