using System.ComponentModel.DataAnnotations;

namespace Godzilla.Chat.Discussions;

/// <summary>How much one person can make of discussions.</summary>
internal sealed class DiscussionOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Discussions";

    /// <summary>How many members a discussion may have.</summary>
    [Range(2, 10_000, ErrorMessage = "Discussions:Members must be between 2 and 10000.")]
    public int Members { get; set; } = 500;

    /// <summary>How many discussions a person may create within a day.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Discussions:CreatedPerDay must be between 1 and 1000000.")]
    public int CreatedPerDay { get; set; } = 100;

    /// <summary>How many discussions a person may be in, by creation or invitation.</summary>
    [Range(1, 10_000, ErrorMessage = "Discussions:Joined must be between 1 and 10000.")]
    public int Joined { get; set; } = 500;
}
