using System.ComponentModel.DataAnnotations;

namespace Godzilla.Inference.Generation;

/// <summary>How completions are answered.</summary>
internal sealed class GenerationOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Generation";

    /// <summary>After how long without an event a stream has a comment, so that nothing between takes the connection for dead.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00", ErrorMessage = "Generation:KeepAlive must be between 00:00:00.1 and 00:05:00.")]
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a completion may take in all, once its turn has come.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "Generation:Deadline must be between 00:00:01 and 01:00:00.")]
    public TimeSpan Deadline { get; set; } = TimeSpan.FromMinutes(9);

    /// <summary>Whether spans carry the texts of prompts and answers. They are people's own words: switch it on for a search for a fault only.</summary>
    public bool RecordContent { get; set; }
}
