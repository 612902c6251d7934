using System.Security.Claims;
using Godzilla.Inference.Models;
using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Inference.Generation;

/// <summary>A completion that is asked for, checked and ready to run.</summary>
internal sealed class CompletionJob(ChatCompletionRequest request, Model model, ClaimsPrincipal caller, int promptTokens, int maxTokens, long created)
{
    /// <summary>As clients see it.</summary>
    public string Id { get; } = $"chatcmpl-{Guid.NewGuid():N}";

    /// <summary>In seconds since 1970.</summary>
    public long Created => created;

    public ChatCompletionRequest Request => request;

    public Model Model => model;

    public string User { get; } = caller.Username();

    /// <summary>The id of the caller's key; empty for a session.</summary>
    public string Key { get; } = caller.KeyId();

    /// <summary>As counted here.</summary>
    public int PromptTokens => promptTokens;

    /// <summary>How many tokens each answer may have.</summary>
    public int MaxTokens => maxTokens;

    public TokenMeter Meter { get; } = new(model);

    /// <summary>Whose turn it is in a queue.</summary>
    public string Turn => Key.Length > 0 ? Key : User;
}
