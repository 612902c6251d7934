using System.Text;
using Godzilla.Inference.Models;
using Godzilla.Inference.Usage;

namespace Godzilla.Inference.Generation;

/// <summary>Counts what a request uses while it runs, so that one that is cut off is charged for what it got.</summary>
/// <param name="model">The model that was asked for.</param>
internal sealed class TokenMeter(Model model)
{
    // An upstream says which answer a piece belongs to; a request asks for no more.
    private const int MaxAnswers = 128;

    private readonly List<StringBuilder> _answers = [];

    /// <summary>The model that answers, which another may stand in for.</summary>
    public Model Model { get; set; } = model;

    /// <summary>Who answers: <c>built-in</c>, or the upstream's name.</summary>
    public string ServedBy { get; set; } = "";

    /// <summary>Tokens of the prompt; 0 until something has read it.</summary>
    public int Prompt { get; set; }

    public int Completion { get; set; }

    /// <summary>Tokens of the prompt that came from a cache.</summary>
    public int Cached { get; set; }

    /// <summary>What was generated for each answer: text, and arguments of tools.</summary>
    public IEnumerable<string> Answers => _answers.Select(answer => answer.ToString());

    /// <summary>Whether the counts are final.</summary>
    public bool IsCounted { get; set; }

    /// <summary>Why each answer ended.</summary>
    public List<string> FinishReasons { get; } = [];

    /// <summary>Notes a piece of an answer.</summary>
    /// <param name="index">Which answer.</param>
    /// <param name="text">The piece.</param>
    public void Note(int index, string? text)
    {
        index = index is >= 0 and < MaxAnswers ? index : 0;
        while (_answers.Count <= index)
        {
            _answers.Add(new StringBuilder());
        }

        _answers[index].Append(text);
    }

    public SpentTokens Spent => new(Prompt, Completion, Cached, Model.CostOf(Prompt, Completion, Cached));
}
