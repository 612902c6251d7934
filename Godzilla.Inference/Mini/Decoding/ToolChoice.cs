using System.Text.RegularExpressions;
using Godzilla.Inference.Mini.Model;
using Microsoft.Extensions.AI;

namespace Godzilla.Inference.Mini.Decoding;

/// <summary>Which tool the model calls, if any.</summary>
internal static partial class ToolChoice
{
    /// <summary>How like a tool's description a message must be to be a wish for it.</summary>
    private const float Plainly = 0.5f;

    // What the names of tools begin with and people leave out: "get_weather" is asked for with "weather".
    private static readonly HashSet<string> Verbs =
    [
        "call", "create", "current", "do", "fetch", "find", "get", "list", "lookup", "make", "query", "run", "search", "send", "set", "tool",
    ];

    /// <summary>With a required tool that one, or the best; else only one that the user's message asks for plainly.</summary>
    internal static AIFunctionDeclaration? Choose(MiniModel model, Prompt prompt, ChatMessage? last, ChatOptions? options)
    {
        var tools = options?.Tools?.OfType<AIFunctionDeclaration>().ToList() ?? [];
        if (tools.Count == 0 || options!.ToolMode is NoneChatToolMode)
        {
            return null;
        }

        var required = options.ToolMode as RequiredChatToolMode;
        if (required?.RequiredFunctionName is { } name)
        {
            return tools.Find(tool => tool.Name == name);
        }

        var best = tools.MaxBy(tool => Score(model, prompt, tool))!;
        return required is not null || (last?.Role == ChatRole.User && Score(model, prompt, best) >= Plainly) ? best : null;
    }

    private static float Score(MiniModel model, Prompt prompt, AIFunctionDeclaration tool)
    {
        var words = Border().Replace(tool.Name, " ").Split(' ', '_', '-', '.').Where(word => word.Length > 0).ToList();
        var telling = words.Where(word => !Verbs.Contains(word.ToLowerInvariant())).ToList();
        return prompt.Mentions(string.Join(' ', telling.Count > 0 ? telling : words))
            ? 1 + telling.Count
            : QuestionIndex.Likeness(model, TextFeatures.Query(prompt.Question), tool.Description);
    }

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])")]
    private static partial Regex Border();
}
