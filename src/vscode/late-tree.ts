/** The tree of clusters for the editor, before the code that reads clusters is loaded. What is asked early waits. */
import * as vscode from 'vscode';
import type { ClusterTree } from './cluster-tree.ts';
import type { Row } from './tree-rows.ts';

export class LateTree implements vscode.TreeDataProvider<Row> {
  readonly #changed = new vscode.EventEmitter<Row | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #load: () => Promise<ClusterTree>;
  #tree: ClusterTree | undefined;

  constructor(load: () => Promise<ClusterTree>) {
    this.#load = load;
  }

  async getChildren(row?: Row): Promise<Row[]> {
    return (await this.#loaded()).getChildren(row);
  }

  /** Not asynchronous once the tree is there, because a thousand rows would take long. */
  getTreeItem(row: Row): vscode.TreeItem | Promise<vscode.TreeItem> {
    return this.#tree?.getTreeItem(row) ?? this.#loaded().then(tree => tree.getTreeItem(row));
  }

  async resolveTreeItem(item: vscode.TreeItem, row: Row): Promise<vscode.TreeItem> {
    return (await this.#loaded()).resolveTreeItem(item, row);
  }

  async #loaded(): Promise<ClusterTree> {
    const tree = await this.#load();
    if (this.#tree === undefined) {
      this.#tree = tree;
      tree.onDidChangeTreeData(row => this.#changed.fire(row));
    }
    return tree;
  }
}
