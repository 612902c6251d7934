using System.ComponentModel.DataAnnotations;

namespace Godzilla.Chat.Assistant;

/// <summary>Whether and how the assistant answers.</summary>
internal sealed class AssistantOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Assistant";

    /// <summary>Whether it answers at all.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Whether it answers in the lobby, which has no owner to keep it out.</summary>
    public bool InLobby { get; set; } = true;

    /// <summary>The model that it answers with, one of Inference's.</summary>
    [Required(ErrorMessage = "Assistant:Model must name a model.")]
    public string Model { get; set; } = "godzilla-mini";

    /// <summary>How many messages of the discussion it is shown, the question included.</summary>
    [Range(1, 100, ErrorMessage = "Assistant:Messages must be between 1 and 100.")]
    public int Messages { get; set; } = 20;

    /// <summary>How many tokens an answer has at most.</summary>
    [Range(1, 4000, ErrorMessage = "Assistant:MaxTokens must be between 1 and 4000.")]
    public int MaxTokens { get; set; } = 500;

    /// <summary>How many answers a user waits for at the same time, in one replica.</summary>
    [Range(1, 100, ErrorMessage = "Assistant:AtOnce must be between 1 and 100.")]
    public int AtOnce { get; set; } = 3;

    /// <summary>How long an answer may take.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:30:00", ErrorMessage = "Assistant:TimeLimit must be between 00:00:01 and 00:30:00.")]
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromMinutes(2);
}
