using System.ComponentModel.DataAnnotations;

namespace Godzilla.Inference.Responses;

/// <summary>How responses are kept.</summary>
internal sealed class ResponseOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Responses";

    /// <summary>How long a response is kept. A change counts from the next new database on.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00", ErrorMessage = "Responses:KeptFor must be between 00:01:00 and 365.00:00:00.")]
    public TimeSpan KeptFor { get; set; } = TimeSpan.FromDays(30);
}
