using System.Text;
using Godzilla.Inference.Mini.Model;
using Godzilla.Inference.Mini.Training;
using Godzilla.Inference.Tokens;

if (args.Length < 2)
{
    await Console.Error.WriteLineAsync("usage: mini-trainer MODEL FILE...");
    return 1;
}

var corpus = Corpus.Read(args[1..]);
var tokens = new TokenCounter();
var answers = corpus.Answers.ConvertAll(answer => (int[])[.. tokens.Encode(answer), MiniModel.End]);
var (starts, blob) = Vocabulary.Read();
var ngrams = NgramTrainer.Train([.. answers, .. corpus.Prose.Select(text => (int[])[.. tokens.Encode(text), MiniModel.End])]);
var index = QuestionIndexer.Build(corpus.Questions);
var projection = ProjectionTrainer.Train([.. corpus.Passages()]);

var answerStarts = new int[answers.Count + 1];
for (var at = 0; at < answers.Count; at++)
{
    answerStarts[at + 1] = answerStarts[at] + answers[at].Length;
}

new MiniModel
{
    TokenStarts = starts,
    TokenBlob = blob,
    Contexts = ngrams.Contexts,
    FollowerStarts = ngrams.FollowerStarts,
    Followers = ngrams.Followers,
    FollowerProbabilities = ngrams.FollowerProbabilities,
    Backoffs = ngrams.Backoffs,
    BaseTokens = ngrams.BaseTokens,
    BaseProbabilities = ngrams.BaseProbabilities,
    AnswerStarts = answerStarts,
    AnswerTokens = [.. answers.SelectMany(answer => answer)],
    Fallbacks = [.. corpus.Fallbacks],
    QuestionAnswers = [.. corpus.Questions.Select(question => question.Answer)],
    QuestionFeatures = index.Features,
    FeatureWeights = index.Weights,
    PostingStarts = index.Starts,
    PostingQuestions = index.Questions,
    PostingShares = index.Shares,
    CopyCues = Encoding.UTF8.GetBytes(string.Join('\n', corpus.CopyCues)),
    EmbeddingWeights = projection.Weights,
    Projection = projection.Projection,
    ProjectionScales = projection.Scales,
}.Save(args[0]);

var size = new FileInfo(args[0]).Length / 1e6;
Console.WriteLine(FormattableString.Invariant(
    $"{answers.Sum(answer => answer.Length)} tokens of answers, {ngrams.Contexts.Length} contexts, {corpus.Questions.Count} questions, {size:0.0} MB"));
return 0;
